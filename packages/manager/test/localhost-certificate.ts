/**
 * A self-signed certificate for localhost, 127.0.0.1 and ::1, for these tests alone: its key is not secret. Valid from
 * 2020 to 2120. Made with `openssl ca -selfsign`, because Node can read certificates but not make them.
 */
export const certificate = `-----BEGIN CERTIFICATE-----
MIIBeTCCAR+gAwIBAgIBATAKBggqhkjOPQQDAjAUMRIwEAYDVQQDDAlsb2NhbGhv
c3QwIBcNMjAwMTAxMDAwMDAwWhgPMjEyMDAxMDEwMDAwMDBaMBQxEjAQBgNVBAMM
CWxvY2FsaG9zdDBZMBMGByqGSM49AgEGCCqGSM49AwEHA0IABFNivHZFK8RXuVfn
01DuDf025RswlELeVwVZ221rQ1hOFknrP2IEkWuOxTDN2VpjfW0HK4YEsemo9Lpy
Ybkvq8mjYDBeMA8GA1UdEwEB/wQFMAMBAf8wLAYDVR0RBCUwI4IJbG9jYWxob3N0
hwR/AAABhxAAAAAAAAAAAAAAAAAAAAABMB0GA1UdDgQWBBR6TCHJ/2ryLqYg5QKp
4iyfkcYEWTAKBggqhkjOPQQDAgNIADBFAiBftbP/T2shGr6iUs+pBSrSBBa5J1JS
6G+JtIBtghvx+AIhALow/bU2FGoO+K6xJnPOBRZ/zUspYTMSazS/Ff/Dav9W
-----END CERTIFICATE-----
`

export const privateKey = `-----BEGIN PRIVATE KEY-----
MIGHAgEAMBMGByqGSM49AgEGCCqGSM49AwEHBG0wawIBAQQgw9rNnGtFIyozOD9z
PUQ4r5w5OevjMR3P9tgUhzSAH6ihRANCAARTYrx2RSvEV7lX59NQ7g39NuUbMJRC
3lcFWdtta0NYThZJ6z9iBJFrjsUwzdlaY31tByuGBLHpqPS6cmG5L6vJ
-----END PRIVATE KEY-----
`
