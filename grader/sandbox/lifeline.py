"""The messages of a zygote and the trusted side on the life line of a process, a pair of sockets.

The child sends READY, or the reason why it cannot enter the jail. The trusted side shuts its end down to have
the process killed. When the process has ended, the zygote sends its STATUS: an exit status, or minus a
signal, and the most memory that it held, in bytes. A line that ends without a STATUS means that the zygote
has ended.
"""

import struct

READY = b"ready"
STATUS = struct.Struct("!iQ")
REASON_BYTES = 1_000
