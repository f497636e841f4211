/** What a {@link Chain} keeps in its links. */
export interface ChainLink<Link> {
  previous: Link | undefined
  next: Link | undefined
}

/**
 * A set of objects in the order in which they were added. A `Set` that is filled and emptied again and again allocates a new table
 * after every few objects.
 */
export class Chain<Link extends ChainLink<Link>> {
  #first: Link | undefined
  #last: Link | undefined

  /** Adds a link that is in no chain. */
  add(link: Link): void {
    const last = this.#last
    link.previous = last
    if (last === undefined) this.#first = link
    else last.next = link
    this.#last = link
  }

  /** Has no effect on a link that is in no chain. */
  delete(link: Link): void {
    const { previous, next } = link
    if (previous !== undefined) previous.next = next
    else if (this.#first === link) this.#first = next
    else return
    if (next === undefined) this.#last = previous
    else next.previous = previous
    link.previous = undefined
    link.next = undefined
  }

  /** The links of this moment. */
  toArray(): Link[] {
    const links: Link[] = []
    for (let link = this.#first; link !== undefined; link = link.next) links.push(link)
    return links
  }
}
