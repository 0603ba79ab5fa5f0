"""Opens compact JWEs with jwcrypto, independent of our Rust.

Call: open.py PRIVATE_JWK; one JWE a line on standard input, one JSON object a line on standard output:
{"header": the protected header, "plaintext": base64} or {"error": the exception's name}.
"""

import base64
import json
import sys

from jwcrypto import jwe, jwk

# Only what FIT-Connect allows; anything else in a header is an error.
ALGORITHMS = ["RSA-OAEP-256", "A256GCM"]


def open_one(text, key):
    sealed = jwe.JWE(algs=ALGORITHMS)
    sealed.deserialize(text, key=key)
    header = json.loads(base64.urlsafe_b64decode(text.split(".")[0] + "=="))
    return {"header": header, "plaintext": base64.b64encode(sealed.payload).decode()}


def main():
    with open(sys.argv[1], encoding="utf-8") as file:
        key = jwk.JWK.from_json(file.read())
    for line in sys.stdin:
        try:
            answer = open_one(line.strip(), key)
        except Exception as error:  # whatever it is, the test wants to see it
            answer = {"error": type(error).__name__}
        print(json.dumps(answer), flush=True)


main()
