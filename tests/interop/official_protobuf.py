"""IB's Python client 10.46.1, packaged as nautilus_ibapi: protobuf throughout."""

from ibapi.common import WshEventData
from ibapi.order_cancel import OrderCancel
from ibapi.protobuf.ConfigRequest_pb2 import ConfigRequest
from ibapi.protobuf.UpdateConfigRequest_pb2 import UpdateConfigRequest

from checks import main
from official import script


class Protobuf:
    """What this version calls by other names than its elders, and asks beside them."""

    version = 225
    exercise = ("", "", False)
    commission, fee, preview_fee = "commissionAndFeesReport", "commissionAndFees", "commissionAndFees"
    wsh = WshEventData

    def cancel(self):
        return OrderCancel()

    def global_cancel(self):
        return (OrderCancel(),)

    def more(self, s):
        """The requests that only protobuf has."""
        millis = s.ask("reqCurrentTimeInMillis", "currentTimeInMillis", without_id=True)[2].timeInMillis
        s.checks.ok("the time in milliseconds is the time", abs(millis / 1000 - s.settle().time) < 5, millis)
        s.checks.answered("reqCurrentTimeInMillis")
        s.noted("cancelContractData", next(s.req_ids))
        s.noted("cancelHistoricalTicks", next(s.req_ids))
        for method, request, name in (
            ("reqConfigProtoBuf", ConfigRequest(), "reqConfig"),
            ("updateConfigProtoBuf", UpdateConfigRequest(), "updateConfig"),
        ):
            since, request.reqId = s.mark(), next(s.req_ids)
            getattr(s.client, method)(request)
            s.error(since, request.reqId, 322)
            s.checks.answered(name, "error 322")


if __name__ == "__main__":
    main(script(Protobuf()))
