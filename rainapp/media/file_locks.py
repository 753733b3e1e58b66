"""Which temporary files are in somebody's hands, and which were left by a run that was killed, as media know them.

Whoever writes a temporary file holds it, see `rainapp.base.own_files`; what nobody holds is swept away, see
`rainapp.base.leftovers`.
"""

from rainapp.base.leftovers import FRESH_S as FRESH_S
from rainapp.base.leftovers import KEPT_S as KEPT_S
from rainapp.base.leftovers import sweep as sweep
from rainapp.base.own_files import PART_SUFFIX as PART_SUFFIX
from rainapp.base.own_files import PARTS_SUFFIX as PARTS_SUFFIX
from rainapp.base.own_files import hold as hold
