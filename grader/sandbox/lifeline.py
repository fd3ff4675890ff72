"""What a zygote and the trusted side say on the life line of a process: a pair of sockets for each process.

The child says READY, or in words why it cannot be confined. The trusted side shuts its end down to have the
process killed. When the process has ended, the zygote sends its STATUS: an exit status, or minus a signal,
and the most memory that it held, in bytes. A line that ends without a STATUS means that the zygote has ended.
"""

import struct

READY = b"ready"
STATUS = struct.Struct("!iQ")
REASON_BYTES = 1_000
