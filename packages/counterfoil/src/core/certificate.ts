/** "Certificate validity", "X509 certificate error codes" and `ERR_TLS_CERT_ALTNAME_INVALID` in Node's manual. */
const CODES = /^(?:CERT_|ERR_TLS_CERT|UNABLE_TO_|DEPTH_ZERO_|SELF_SIGNED_|HOSTNAME_MISMATCH|INVALID_CA)/

/** What a store says of a server whose certificate was refused; `undefined` for every other error. */
export function certificateAdvice(error: unknown): string | undefined {
  const code = error instanceof Error && 'code' in error ? String(error.code) : ''
  return CODES.test(code)
    ? `doesn't trust the server's certificate (${code}); name its authority's file in NODE_EXTRA_CA_CERTS, or put the host or the certificate right`
    : undefined
}
