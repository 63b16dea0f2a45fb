// Hashing and comparison only: what checks a key.
#include <openssl/crypto.h>
#include <openssl/sha.h>
