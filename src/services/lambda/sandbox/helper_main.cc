// The helper as a program of its own, for tests; the server does the same when it is started with `sandbox-init`.
#include "services/lambda/sandbox/helper.h"

int main() { return standpipe::sandbox::run_helper(); }
