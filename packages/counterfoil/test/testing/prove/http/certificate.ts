import { generate } from 'selfsigned'

export interface Certificate {
  readonly cert: string
  readonly key: string
}

/** Of a server on this machine, by its name and its address, which nobody trusts who isn't told to. */
export async function ownCertificate(): Promise<Certificate> {
  const { cert, private: key } = await generate([{ name: 'commonName', value: 'localhost' }], {
    extensions: [
      {
        name: 'subjectAltName',
        altNames: [
          { type: 2, value: 'localhost' },
          { type: 7, ip: '127.0.0.1' },
        ],
      },
    ],
  })
  return { cert, key }
}
