// libcurl's setters and getters are variadic, which Swift cannot call. Each wrapper fixes one argument type.
#include <curl/curl.h>
