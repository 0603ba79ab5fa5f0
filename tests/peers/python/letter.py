"""Opens an office's letter with jwcrypto, its key derived with argon2-cffi and cryptography, independent of our Rust.

One JSON object a line on standard input, {"code": …, "submission_id": …, "letter": a JWE}; for each a line on standard
output: {"lookup": hexadecimal, "header": …, "letter": …} or {"error": the exception's name}.
"""

import base64
import json
import sys
import uuid

from argon2.low_level import Type, hash_secret_raw
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.kdf.hkdf import HKDFExpand
from jwcrypto import jwe, jwk


def expand(root, info):
    return HKDFExpand(hashes.SHA256(), 32, info).derive(root)


def open_one(given):
    symbols = given["code"].replace("-", "").encode()
    root = hash_secret_raw(symbols, b"schalter case code 1", 3, 8 * 1024, 1, 32, Type.ID)
    key = expand(root, b"schalter case letter 1" + uuid.UUID(given["submission_id"]).bytes)
    sealed = jwe.JWE(algs=["dir", "A256GCM"])
    key = jwk.JWK(kty="oct", k=base64.urlsafe_b64encode(key).rstrip(b"=").decode())
    sealed.deserialize(given["letter"], key=key)
    return {
        "lookup": expand(root, b"schalter case lookup 1").hex(),
        "header": json.loads(base64.urlsafe_b64decode(given["letter"].split(".")[0] + "==")),
        "letter": json.loads(sealed.payload),
    }


def main():
    for line in sys.stdin:
        try:
            answer = open_one(json.loads(line))
        except Exception as error:  # whatever it is, the test wants to see it
            answer = {"error": type(error).__name__}
        print(json.dumps(answer), flush=True)


main()
