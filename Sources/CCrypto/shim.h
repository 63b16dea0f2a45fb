// Hashing and comparison only: what checks a key, or a file.
#include <openssl/crypto.h>
#include <openssl/evp.h>
#include <openssl/sha.h>
