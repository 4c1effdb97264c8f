// Laws are tried on half as many inputs as fast-check takes by itself: the fuzzer (docs/fuzzing.md) tries millions.

import fc from "fast-check";

fc.configureGlobal({ numRuns: 50 });
