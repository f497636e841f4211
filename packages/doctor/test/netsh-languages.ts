/** How netsh prints the same two ranges in each language, with the code page of its console. From public threads. */
export const NETSH_LANGUAGES: readonly {
  language: string
  codePage: CodePage
  heading: string
  columns: string
  footer?: string
}[] = [
  {
    language: 'English',
    codePage: 'cp850',
    heading: 'Protocol tcp Port Exclusion Ranges',
    columns: 'Start Port    End Port',
    footer: '* - Administered port exclusions.',
  },
  {
    language: 'German',
    codePage: 'cp850',
    heading: 'Portausschlussbereiche für das Protokoll tcp',
    columns: 'Startport      Endport',
  },
  {
    language: 'Spanish',
    codePage: 'cp850',
    heading: 'Protocolo udp Intervalos de exclusión de puertos',
    columns: 'Puerto de inicio    Puerto final',
  },
  {
    language: 'Portuguese',
    codePage: 'cp850',
    heading: 'Protocolo tcp Intervalos de Exclusão de Porta',
    columns: 'Porta Inicial    Porta Final',
  },
  {
    language: 'Russian',
    codePage: 'ibm866',
    heading: 'Протокол tcp Диапазоны исключения портов',
    columns: 'Начальный порт    Конечный порт',
  },
  // No thread shows the Japanese words; these are words of the console's code page, for its bytes.
  {
    language: 'Japanese',
    codePage: 'shift_jis',
    heading: 'プロトコル tcp ポート除外範囲',
    columns: '開始ポート    終了ポート',
  },
  {
    language: 'Chinese (simplified)',
    codePage: 'gbk',
    heading: '协议 tcp 端口排除范围',
    columns: '开始端口    结束端口',
    footer: '* - 管理的端口排除。',
  },
  { language: 'Korean', codePage: 'euc-kr', heading: '프로토콜 tcp 포트 제외 범위', columns: '시작 포트    끝 포트' },
  {
    language: 'Chinese (traditional)',
    codePage: 'big5',
    heading: '通訊協定 tcp 連接埠排除範圍',
    columns: '開始連接埠    結束連接埠',
  },
]

export type CodePage = 'cp850' | 'ibm866' | 'shift_jis' | 'gbk' | 'euc-kr' | 'big5'

/** The letters of code page 850 that the texts above need. TextDecoder does not know that code page. */
const CP850: ReadonlyMap<string, number> = new Map([
  ['ü', 0x81],
  ['ó', 0xa2],
  ['ã', 0xc6],
])

/** The bytes of a text in the code page of a console. */
export function encode(text: string, codePage: CodePage): Uint8Array {
  const bytesOf = codePage === 'cp850' ? CP850 : invert(codePage)
  return Uint8Array.from(
    [...text].flatMap((character) => {
      const code = character.charCodeAt(0)
      if (code < 0x80) return [code]
      const found = bytesOf.get(character)
      if (found === undefined) throw new Error(`${codePage} has no '${character}'`)
      return found > 0xff ? [found >> 8, found & 0xff] : [found]
    }),
  )
}

/** Decodes every character of one or two bytes to learn their bytes. */
function invert(codePage: CodePage): ReadonlyMap<string, number> {
  const decoder = new TextDecoder(codePage)
  const codes = [...Array(0x10000 - 0x80).keys()].map((offset) => offset + 0x80)
  const found = new Map<string, number>()
  for (const code of codes) {
    const character = decoder.decode(Uint8Array.from(code > 0xff ? [code >> 8, code & 0xff] : [code]))
    if ([...character].length === 1 && character !== '\ufffd' && !found.has(character)) found.set(character, code)
  }
  return found
}
