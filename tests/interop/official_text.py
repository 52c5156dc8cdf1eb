"""IB's Python client 10.19.4, packaged as nautilus_ibapi: text throughout."""

from ibapi.common import WshEventData

from checks import main
from official import script


class Text:
    """What this version calls by other names than its successors."""

    version = 176
    exercise = ()
    commission, fee, preview_fee = "commissionReport", "commission", "commission"
    wsh = WshEventData

    def cancel(self):
        return ""

    def global_cancel(self):
        return ()

    def more(self, s):
        """It asks nothing that its successor does not."""


if __name__ == "__main__":
    main(script(Text()))
