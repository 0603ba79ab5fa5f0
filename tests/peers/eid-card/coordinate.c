/* Repairs libeac 1.1.2 for the emulated card: its Comp() of a public key (TR-03110-3 A.2.2.3: the x-coordinate, as long as
   the field) drops leading zeros, so that with every 128th pair of keys terminal authentication fails. Loaded before it;
   for elliptic curves, which is all that German cards have. */
#include <openssl/bn.h>
#include <openssl/buffer.h>
#include <openssl/ec.h>
#include <openssl/evp.h>

BUF_MEM *Comp(EVP_PKEY *key, const BUF_MEM *pub, BN_CTX *bn, EVP_MD_CTX *md)
{
    (void) md;
    EC_KEY *ec = EVP_PKEY_get1_EC_KEY(key);
    const EC_GROUP *group = ec ? EC_KEY_get0_group(ec) : NULL;
    EC_POINT *point = group ? EC_POINT_new(group) : NULL;
    BIGNUM *x = BN_new();
    BUF_MEM *out = BUF_MEM_new();
    int length = group ? (EC_GROUP_get_degree(group) + 7) / 8 : 0;
    int made = point && x && out && length
        && EC_POINT_oct2point(group, point, (const unsigned char *) pub->data, pub->length, bn)
        && EC_POINT_get_affine_coordinates(group, point, x, NULL, bn)
        && BUF_MEM_grow(out, (size_t) length)
        && BN_bn2binpad(x, (unsigned char *) out->data, length) == length;
    BN_free(x);
    EC_POINT_free(point);
    EC_KEY_free(ec);
    if (!made) {
        BUF_MEM_free(out);
        return NULL;
    }
    return out;
}
