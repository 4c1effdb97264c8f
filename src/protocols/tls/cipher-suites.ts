// Cipher suites by number (IANA "TLS Cipher Suites"): those that libraries of today and of the last fifteen years offer. How a suite protects
// records stands in its name.

export interface CipherSuite {
  /** As registered: `TLS_AES_128_GCM_SHA256`. */
  readonly name: string;
  /** Undefined: records of this suite are not read. */
  readonly protection: Protection | undefined;
}

export interface Protection {
  /** Node's name of the cipher; empty where there is none. */
  readonly cipher: string;
  /** `null`: records are authenticated and not encrypted (RFC 5246 §6.2.3.1, RFC 4785). */
  readonly mode: "gcm" | "ccm" | "chacha20" | "cbc" | "null";
  readonly keyLength: number;
  /** Bytes of the authentication tag of an AEAD. */
  readonly tagLength: number;
  /** Of the cipher, for CBC. */
  readonly blockLength: number;
  /** Of the record's HMAC, for CBC and where nothing is encrypted. */
  readonly mac: "md5" | "sha1" | "sha256" | "sha384";
  readonly macLength: number;
  /** Of TLS 1.2's pseudorandom function (RFC 5246 §5) and of TLS 1.3's key schedule (RFC 8446 §7.1). */
  readonly hash: "sha256" | "sha384";
}

const known = new Map<number, CipherSuite>();

/** The suite of this number; one without a name here is called by its number. */
export function cipherSuite(id: number): CipherSuite {
  const suite = known.get(id) ?? {
    name: names.get(id) ?? `0x${id.toString(16).padStart(4, "0")}`,
    protection: protectionOf(names.get(id)),
  };
  if (names.has(id)) known.set(id, suite);
  return suite;
}

function protectionOf(name: string | undefined): Protection | undefined {
  const [, authenticated] = /_NULL_(MD5|SHA|SHA256|SHA384)$/.exec(name ?? "") ?? [];
  if (authenticated !== undefined) {
    const mac = MACS[authenticated] ?? MACS.SHA!;
    const hash = authenticated === "SHA384" ? "sha384" : "sha256";
    return { cipher: "", mode: "null", keyLength: 0, tagLength: 0, blockLength: 0, ...mac, hash };
  }
  const [, cipher, bits, mode, rest] = /_(AES|CAMELLIA|CHACHA20|3DES)_(\d+|POLY1305|EDE)_?(GCM|CCM|CBC)?_?(.*)$/.exec(name ?? "") ?? [];
  const hash = rest === "SHA384" ? "sha384" : "sha256";
  const aead = { tagLength: rest?.startsWith("8") === true ? 8 : 16, blockLength: 0, mac: "sha1", macLength: 0, hash } as const;
  if (cipher === "CHACHA20") return { ...aead, cipher: "chacha20-poly1305", mode: "chacha20", keyLength: 32 };
  const keyLength = cipher === "3DES" ? 24 : Number(bits) / 8;
  if (mode === "GCM" && cipher === "AES") return { ...aead, cipher: `aes-${bits}-gcm`, mode: "gcm", keyLength };
  if (mode === "CCM" && cipher === "AES") return { ...aead, cipher: `aes-${bits}-ccm`, mode: "ccm", keyLength };
  if (mode !== "CBC" || !(rest === "SHA" || rest === "SHA256" || rest === "SHA384")) return undefined;
  const algorithm = cipher === "3DES" ? "des-ede3-cbc" : `${cipher?.toLowerCase()}-${bits}-cbc`;
  return { cipher: algorithm, mode: "cbc", keyLength, tagLength: 0, blockLength: cipher === "3DES" ? 8 : 16, ...MACS[rest]!, hash };
}

const MACS: Readonly<Record<string, Pick<Protection, "mac" | "macLength">>> = {
  MD5: { mac: "md5", macLength: 16 },
  SHA: { mac: "sha1", macLength: 20 },
  SHA256: { mac: "sha256", macLength: 32 },
  SHA384: { mac: "sha384", macLength: 48 },
};

const TABLE = `
0001 RSA_WITH_NULL_MD5
0002 RSA_WITH_NULL_SHA
0004 RSA_WITH_RC4_128_MD5
0005 RSA_WITH_RC4_128_SHA
000A RSA_WITH_3DES_EDE_CBC_SHA
0016 DHE_RSA_WITH_3DES_EDE_CBC_SHA
002C PSK_WITH_NULL_SHA
002D DHE_PSK_WITH_NULL_SHA
002E RSA_PSK_WITH_NULL_SHA
002F RSA_WITH_AES_128_CBC_SHA
0032 DHE_DSS_WITH_AES_128_CBC_SHA
0033 DHE_RSA_WITH_AES_128_CBC_SHA
0034 DH_anon_WITH_AES_128_CBC_SHA
0035 RSA_WITH_AES_256_CBC_SHA
0038 DHE_DSS_WITH_AES_256_CBC_SHA
0039 DHE_RSA_WITH_AES_256_CBC_SHA
003A DH_anon_WITH_AES_256_CBC_SHA
003B RSA_WITH_NULL_SHA256
003C RSA_WITH_AES_128_CBC_SHA256
003D RSA_WITH_AES_256_CBC_SHA256
0040 DHE_DSS_WITH_AES_128_CBC_SHA256
0041 RSA_WITH_CAMELLIA_128_CBC_SHA
0044 DHE_DSS_WITH_CAMELLIA_128_CBC_SHA
0045 DHE_RSA_WITH_CAMELLIA_128_CBC_SHA
0046 DH_anon_WITH_CAMELLIA_128_CBC_SHA
0067 DHE_RSA_WITH_AES_128_CBC_SHA256
006A DHE_DSS_WITH_AES_256_CBC_SHA256
006B DHE_RSA_WITH_AES_256_CBC_SHA256
006C DH_anon_WITH_AES_128_CBC_SHA256
006D DH_anon_WITH_AES_256_CBC_SHA256
0084 RSA_WITH_CAMELLIA_256_CBC_SHA
0087 DHE_DSS_WITH_CAMELLIA_256_CBC_SHA
0088 DHE_RSA_WITH_CAMELLIA_256_CBC_SHA
0089 DH_anon_WITH_CAMELLIA_256_CBC_SHA
008C PSK_WITH_AES_128_CBC_SHA
008D PSK_WITH_AES_256_CBC_SHA
009C RSA_WITH_AES_128_GCM_SHA256
009D RSA_WITH_AES_256_GCM_SHA384
009E DHE_RSA_WITH_AES_128_GCM_SHA256
009F DHE_RSA_WITH_AES_256_GCM_SHA384
00A2 DHE_DSS_WITH_AES_128_GCM_SHA256
00A3 DHE_DSS_WITH_AES_256_GCM_SHA384
00A6 DH_anon_WITH_AES_128_GCM_SHA256
00A7 DH_anon_WITH_AES_256_GCM_SHA384
00A8 PSK_WITH_AES_128_GCM_SHA256
00A9 PSK_WITH_AES_256_GCM_SHA384
00AA DHE_PSK_WITH_AES_128_GCM_SHA256
00AB DHE_PSK_WITH_AES_256_GCM_SHA384
00AE PSK_WITH_AES_128_CBC_SHA256
00AF PSK_WITH_AES_256_CBC_SHA384
00B0 PSK_WITH_NULL_SHA256
00B1 PSK_WITH_NULL_SHA384
00B4 DHE_PSK_WITH_NULL_SHA256
00B5 DHE_PSK_WITH_NULL_SHA384
00B8 RSA_PSK_WITH_NULL_SHA256
00B9 RSA_PSK_WITH_NULL_SHA384
00BA RSA_WITH_CAMELLIA_128_CBC_SHA256
00BD DHE_DSS_WITH_CAMELLIA_128_CBC_SHA256
00BE DHE_RSA_WITH_CAMELLIA_128_CBC_SHA256
00BF DH_anon_WITH_CAMELLIA_128_CBC_SHA256
00C0 RSA_WITH_CAMELLIA_256_CBC_SHA256
00C3 DHE_DSS_WITH_CAMELLIA_256_CBC_SHA256
00C4 DHE_RSA_WITH_CAMELLIA_256_CBC_SHA256
00C5 DH_anon_WITH_CAMELLIA_256_CBC_SHA256
1301 AES_128_GCM_SHA256
1302 AES_256_GCM_SHA384
1303 CHACHA20_POLY1305_SHA256
1304 AES_128_CCM_SHA256
1305 AES_128_CCM_8_SHA256
C001 ECDH_ECDSA_WITH_NULL_SHA
C006 ECDHE_ECDSA_WITH_NULL_SHA
C007 ECDHE_ECDSA_WITH_RC4_128_SHA
C008 ECDHE_ECDSA_WITH_3DES_EDE_CBC_SHA
C009 ECDHE_ECDSA_WITH_AES_128_CBC_SHA
C00A ECDHE_ECDSA_WITH_AES_256_CBC_SHA
C00B ECDH_RSA_WITH_NULL_SHA
C010 ECDHE_RSA_WITH_NULL_SHA
C011 ECDHE_RSA_WITH_RC4_128_SHA
C012 ECDHE_RSA_WITH_3DES_EDE_CBC_SHA
C013 ECDHE_RSA_WITH_AES_128_CBC_SHA
C014 ECDHE_RSA_WITH_AES_256_CBC_SHA
C015 ECDH_anon_WITH_NULL_SHA
C018 ECDH_anon_WITH_AES_128_CBC_SHA
C019 ECDH_anon_WITH_AES_256_CBC_SHA
C023 ECDHE_ECDSA_WITH_AES_128_CBC_SHA256
C024 ECDHE_ECDSA_WITH_AES_256_CBC_SHA384
C027 ECDHE_RSA_WITH_AES_128_CBC_SHA256
C028 ECDHE_RSA_WITH_AES_256_CBC_SHA384
C02B ECDHE_ECDSA_WITH_AES_128_GCM_SHA256
C02C ECDHE_ECDSA_WITH_AES_256_GCM_SHA384
C02F ECDHE_RSA_WITH_AES_128_GCM_SHA256
C030 ECDHE_RSA_WITH_AES_256_GCM_SHA384
C039 ECDHE_PSK_WITH_NULL_SHA
C03A ECDHE_PSK_WITH_NULL_SHA256
C03B ECDHE_PSK_WITH_NULL_SHA384
C072 ECDHE_ECDSA_WITH_CAMELLIA_128_CBC_SHA256
C073 ECDHE_ECDSA_WITH_CAMELLIA_256_CBC_SHA384
C076 ECDHE_RSA_WITH_CAMELLIA_128_CBC_SHA256
C077 ECDHE_RSA_WITH_CAMELLIA_256_CBC_SHA384
C094 PSK_WITH_CAMELLIA_128_CBC_SHA256
C095 PSK_WITH_CAMELLIA_256_CBC_SHA384
C09C RSA_WITH_AES_128_CCM
C09D RSA_WITH_AES_256_CCM
C09E DHE_RSA_WITH_AES_128_CCM
C09F DHE_RSA_WITH_AES_256_CCM
C0A0 RSA_WITH_AES_128_CCM_8
C0A1 RSA_WITH_AES_256_CCM_8
C0A2 DHE_RSA_WITH_AES_128_CCM_8
C0A3 DHE_RSA_WITH_AES_256_CCM_8
C0A4 PSK_WITH_AES_128_CCM
C0A5 PSK_WITH_AES_256_CCM
C0A8 PSK_WITH_AES_128_CCM_8
C0A9 PSK_WITH_AES_256_CCM_8
C0AA PSK_DHE_WITH_AES_128_CCM_8
C0AB PSK_DHE_WITH_AES_256_CCM_8
C0AC ECDHE_ECDSA_WITH_AES_128_CCM
C0AD ECDHE_ECDSA_WITH_AES_256_CCM
C0AE ECDHE_ECDSA_WITH_AES_128_CCM_8
C0AF ECDHE_ECDSA_WITH_AES_256_CCM_8
CCA8 ECDHE_RSA_WITH_CHACHA20_POLY1305_SHA256
CCA9 ECDHE_ECDSA_WITH_CHACHA20_POLY1305_SHA256
CCAA DHE_RSA_WITH_CHACHA20_POLY1305_SHA256
CCAB PSK_WITH_CHACHA20_POLY1305_SHA256
`;

const names: ReadonlyMap<number, string> = new Map(
  TABLE.trim()
    .split("\n")
    .map((line) => [Number.parseInt(line.slice(0, 4), 16), `TLS_${line.slice(5)}`]),
);
