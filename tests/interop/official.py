"""IB's own Python client, in either of its encodings: every request once, and orders through their whole lives."""

import time
from decimal import Decimal

from ibapi.execution import ExecutionFilter
from ibapi.scanner import ScannerSubscription

from checks import EMPTY, Checks, sane_bars
from official_session import REQUESTS, Held, Session, option, order, stock, touch

# Below IB's marks for an unset number.
UNSET = 1e300


def times(s):
    c = s.checks
    now = s.settle().time
    c.ok("the gateway's clock is this machine's", abs(now - time.time()) < 5, now)
    c.answered("reqCurrentTime")
    _, _, ids = s.ask("reqIds", "nextValidId", 1, without_id=True)
    c.same("the next order id", ids.orderId, s.next_order_id)
    c.answered("reqIds")
    _, _, accounts = s.ask("reqManagedAccts", "managedAccounts", without_id=True)
    c.same("the account again", accounts.accountsList, s.account)
    c.answered("reqManagedAccts")
    s.noted("setServerLogLevel", 2)


def reference(s):
    c = s.checks
    req_id, since, _ = s.ask("reqContractDetails", "contractDetailsEnd", stock())
    (found,) = s.all(since, "contractDetails", reqId=req_id)
    details = found.contractDetails
    c.same("the contract id", details.contract.conId, 265598)
    c.same("the primary exchange", details.contract.primaryExchange, "NASDAQ")
    c.ok("the long name", "APPLE" in details.longName, details.longName)
    c.near("the minimum tick", details.minTick, 0.01, within=0)
    c.same("market rules and exchanges pair", len(details.marketRuleIds.split(",")), len(details.validExchanges.split(",")))
    c.ok("hours of trading", ":" in details.tradingHours and ":" in details.liquidHours, details.liquidHours[:28])
    c.answered("reqContractDetails")
    s.refused("reqContractDetails", 200, stock("ZZZZ"), request="reqContractDetails of an unknown contract")
    _, _, found = s.ask("reqMatchingSymbols", "symbolSamples", "appl")
    c.ok("matching symbols", 265598 in [d.contract.conId for d in found.contractDescriptions], len(found.contractDescriptions))
    c.answered("reqMatchingSymbols")
    rule = int(details.marketRuleIds.split(",")[0])
    _, _, found = s.ask("reqMarketRule", "marketRule", rule, without_id=True)
    rungs = [(rung.lowEdge, rung.increment) for rung in found.priceIncrements]
    c.same("the ladder of the market rule", rungs[-1], (1.0, 0.01))
    c.answered("reqMarketRule")
    _, _, found = s.ask("reqFamilyCodes", "familyCodes", without_id=True)
    c.same("the family's account", [code.accountID for code in found.familyCodes], [s.account])
    c.answered("reqFamilyCodes")
    _, _, found = s.ask("reqUserInfo", "userInfo")
    c.same("no white branding", found.whiteBrandingId, "")
    c.answered("reqUserInfo")
    _, _, found = s.ask("reqScannerParameters", "scannerParameters", without_id=True)
    c.ok("scanner parameters are XML", found.xml.startswith("<"), found.xml[:40])
    c.answered("reqScannerParameters", EMPTY)
    _, _, found = s.ask("reqSoftDollarTiers", "softDollarTiers")
    c.same("soft dollar tiers", list(found.tiers), [])
    c.answered("reqSoftDollarTiers", EMPTY)
    _, _, found = s.ask("reqMktDepthExchanges", "mktDepthExchanges", without_id=True)
    c.same("exchanges with depth", list(found.depthMktDataDescriptions), [])
    c.answered("reqMktDepthExchanges", EMPTY)
    _, _, found = s.ask("reqNewsProviders", "newsProviders", without_id=True)
    c.same("news providers", list(found.newsProviders), [])
    c.answered("reqNewsProviders", EMPTY)
    _, _, found = s.ask("reqSmartComponents", "smartComponents", "a6")
    c.same("smart components", len(found.smartComponentMap), 0)
    c.answered("reqSmartComponents", EMPTY)
    options(s)


def options(s):
    """A chain, one of its options, and what it is worth."""
    c = s.checks
    req_id, since, _ = s.ask("reqSecDefOptParams", "securityDefinitionOptionParameterEnd", "AAPL", "", "STK", 265598)
    chains = s.all(since, "securityDefinitionOptionParameter", reqId=req_id)
    (chain,) = [chain for chain in chains if chain.exchange == "SMART"]
    c.same("the chain's class and multiplier", (chain.tradingClass, chain.multiplier), ("AAPL", "100"))
    c.ok("expirations and strikes", len(chain.expirations) > 5 and len(chain.strikes) > 40, len(chain.strikes))
    c.answered("reqSecDefOptParams")
    req_id, since, _ = s.ask("reqContractDetails", "contractDetailsEnd", option(sorted(chain.expirations)[3]))
    found = [event.contractDetails for event in s.all(since, "contractDetails", reqId=req_id)]
    found.sort(key=lambda details: details.contract.strike)
    middle = found[len(found) // 2]
    c.same("what it is on", (middle.underConId, middle.contract.multiplier), (265598, "100"))
    s.option = middle.contract
    _, _, told = s.ask("calculateOptionPrice", "tickOptionComputation", s.option, 0.3, s.option.strike, [])
    c.ok("a price and a delta", told.optPrice > 0 and 0.4 < told.delta < 0.7, f"{told.optPrice} {told.delta}")
    c.answered("calculateOptionPrice")
    price, strike = told.optPrice, s.option.strike
    _, _, told = s.ask("calculateImpliedVolatility", "tickOptionComputation", s.option, price, strike, [])
    c.near("the volatility of that price", told.impliedVol, 0.3, within=0.001)
    c.answered("calculateImpliedVolatility")


def quotes(s):
    """A line that stays open, whose bid and ask the orders are priced by."""
    c = s.checks
    s.noted("reqMarketDataType", 1)
    since, req_id = s.mark(), next(s.req_ids)
    s.client.reqMktData(req_id, stock(), "233,236,165", False, False, [])
    s.line = (since, req_id)
    s.answer(since, req_id, "tickReqParams")
    c.same("the market data type", s.answer(since, req_id, "marketDataType").marketDataType, 1)
    bid, ask = touch(s)
    c.ok("bid below ask", 0 < bid < ask < bid * 1.01, f"{bid} {ask}")
    for size in (0, 3):
        c.ok(f"the size of tick type {size}", s.answer(since, req_id, "tickSize", tickType=size).size > 0)
    price = lambda kind: s.answer(since, req_id, "tickPrice", tickType=kind).price
    low, last, high, close = price(7), price(4), price(6), price(9)
    c.ok("low ≤ last ≤ high", 0 < low <= last <= high, f"{low} {last} {high}")
    c.ok("yesterday's close is near", abs(close - last) < last * 0.2, close)
    c.ok("volume", s.answer(since, req_id, "tickSize", tickType=8).size > 0)
    stamp = int(s.answer(since, req_id, "tickString", tickType=45).value)
    c.ok("the last trade is recent", abs(stamp - time.time()) < 300, stamp)
    c.answered("reqMktData")
    snap = s.mark()
    req_id, snap, _ = s.ask("reqMktData", "tickSnapshotEnd", stock("SPY"), "", True, False, [])
    ticks = {e.tickType: e.price for e in s.all(snap, "tickPrice", reqId=req_id)}
    c.ok("a snapshot has bid and ask", 0 < ticks[1] < ticks[2], f"{ticks[1]} {ticks[2]}")
    c.answered("reqMktData of a snapshot")
    s.refused("reqMktData", 200, stock("ZZZZ"), "", False, False, [], request="reqMktData of an unknown contract")
    req_id, _, _ = s.ask("reqMktData", "marketDataType", stock("MSFT"), "", False, False, [])
    s.noted("cancelMktData", req_id)
    since = s.mark()
    s.find(since, lambda e: e.name in ("tickPrice", "tickSize") and e.reqId == s.line[1], "a change of the quote")
    late = [e for e in s.client.events[since:] if getattr(e, "reqId", None) == req_id]
    c.ok("a cancelled line is silent", not late, late or "")


def tomorrow():
    return time.strftime("%Y%m%d-%H:%M:%S", time.gmtime(time.time() + 86400))


def bar_rows(events):
    return [(e.bar.date, e.bar.open, e.bar.high, e.bar.low, e.bar.close, e.bar.volume) for e in events]


def history(s):
    c = s.checks
    cases = [
        ("1 min bars", "1800 S", "1 min", "TRADES", 25),
        ("5 min midpoints", "1 D", "5 mins", "MIDPOINT", 50),
        ("hours", "2 D", "1 hour", "TRADES", 10),
        ("days", "1 M", "1 day", "TRADES", 18),
        ("weeks", "1 Y", "1 week", "TRADES", 50),
    ]
    for what, duration, size, shown, least in cases:
        arguments = (stock(), "", duration, size, shown, 0, 2, False, [])
        req_id, since, _ = s.ask("reqHistoricalData", "historicalDataEnd", *arguments)
        sane_bars(c, what, bar_rows(s.all(since, "historicalData", reqId=req_id)), least)
    last = s.all(since, "historicalData", reqId=req_id)[-1].bar
    bid, ask = touch(s)
    c.ok("the last week closes at the market", abs(last.close - bid) < bid * 0.01, f"{last.close} {bid} {ask}")
    c.answered("reqHistoricalData")
    req_id, since, end = s.ask("reqHistoricalData", "historicalDataEnd", stock(), "", "300 S", "5 secs", "TRADES", 0, 2, True, [])
    past = s.all(since, "historicalData", reqId=req_id)
    update = s.answer(since, req_id, "historicalDataUpdate")
    c.ok("kept bars go on from the last", int(update.bar.date) >= int(past[-1].bar.date), update.bar.date)
    sane_bars(c, "updates", bar_rows([update]))
    s.noted("cancelHistoricalData", req_id)
    c.answered("reqHistoricalData kept up to date")
    _, _, found = s.ask("reqHistoricalData", "historicalSchedule", stock(), "", "5 D", "1 day", "SCHEDULE", 1, 2, False, [])
    c.ok("a schedule has sessions", len(found.sessions) >= 3 and all(x.startDateTime < x.endDateTime for x in found.sessions))
    c.answered("reqHistoricalData of the schedule")
    s.refused("reqHistoricalData", 162, stock(), "", "1 D", "1 hour", "OPTION_IMPLIED_VOLATILITY", 1, 2, False, [],
              request="reqHistoricalData of what is not there")  # fmt: skip
    req_id, _, found = s.ask("reqHeadTimeStamp", "headTimestamp", stock(), "TRADES", 1, 2)
    c.ok("the head of the data is long ago", int(found.headTimestamp) < time.time() - 20 * 365 * 86400, found.headTimestamp)
    c.answered("reqHeadTimeStamp")
    s.noted("cancelHeadTimeStamp", req_id)
    req_id, _, found = s.ask("reqHistogramData", "histogramData", stock(), False, "3 days")
    c.ok("a histogram has sizes at prices", len(found.items) > 10 and all(x.size > 0 for x in found.items), len(found.items))
    c.answered("reqHistogramData")
    s.noted("cancelHistogramData", req_id)
    req_id, since, bar = s.ask("reqRealTimeBars", "realtimeBar", stock(), 5, "TRADES", False, [])
    sane_bars(c, "five-second bars", [(bar.time, bar.open_, bar.high, bar.low, bar.close, bar.volume)])
    c.same("they begin at five seconds", bar.time % 5, 0)
    c.answered("reqRealTimeBars")
    s.noted("cancelRealTimeBars", req_id)


def unserved(s):
    """What the gateway does not simulate is refused at once, each with its own code."""
    c = s.checks
    scan, empty = ScannerSubscription(), []
    scan.instrument, scan.locationCode, scan.scanCode = "STK", "STK.US.MAJOR", "TOP_PERC_GAIN"
    s.refused("reqMktDepth", 10092, stock(), 5, False, empty)
    s.noted("cancelMktDepth", next(s.req_ids), False)
    s.refused("reqTickByTickData", 10189, stock(), "AllLast", 0, False)
    s.noted("cancelTickByTickData", next(s.req_ids))
    s.refused("reqHistoricalTicks", 10187, stock(), "20240102 10:00:00 US/Eastern", "", 10, "TRADES", 1, False, empty)
    s.refused("reqScannerSubscription", 162, scan, empty, empty)
    s.noted("cancelScannerSubscription", next(s.req_ids))
    s.refused("reqFundamentalData", 430, stock(), "ReportSnapshot", empty)
    s.noted("cancelFundamentalData", next(s.req_ids))
    of_share = "of a share"
    s.refused("calculateImpliedVolatility", 322, stock(), 5.0, 230.0, empty, request=f"calculateImpliedVolatility {of_share}")
    s.noted("cancelCalculateImpliedVolatility", next(s.req_ids))
    s.refused("calculateOptionPrice", 322, stock(), 0.3, 230.0, empty, request=f"calculateOptionPrice {of_share}")
    s.noted("cancelCalculateOptionPrice", next(s.req_ids))
    unheld = "exerciseOptions of an option that is not held"
    s.refused("exerciseOptions", 322, s.option, 1, 1, s.account, 0, *s.dialect.exercise, request=unheld)
    s.refused("reqNewsArticle", 10172, "BRFG", "BRFG$1", empty)
    s.refused("reqHistoricalNews", 10276, 265598, "BRFG", "", "", 10, empty)
    s.refused("reqWshMetaData", 10279)
    s.noted("cancelWshMetaData", next(s.req_ids))
    s.refused("reqWshEventData", 10283, s.dialect.wsh())
    s.noted("cancelWshEventData", next(s.req_ids))
    s.refused("requestFA", 321, 1, without_id=True)
    s.refused("replaceFA", 321, 1, "<xml/>")
    s.refused("reqAutoOpenOrders", 327, True, without_id=True)
    s.noted("reqNewsBulletins", True)
    s.noted("cancelNewsBulletins")
    # The client asks for a verification only if it was told so before it connected.
    s.client.extraAuth = True
    for request, reply, arguments in (
        ("verifyRequest", "verifyCompleted", ("name", "1.0")),
        ("verifyMessage", "verifyCompleted", ("data",)),
        ("verifyAndAuthRequest", "verifyAndAuthCompleted", ("name", "1.0", "key")),
        ("verifyAndAuthMessage", "verifyAndAuthCompleted", ("data", "response")),
    ):
        _, _, found = s.ask(request, reply, *arguments, without_id=True)
        # The text decoder of this client leaves a flag as it stands on the wire.
        c.ok("nobody is verified", found.isSuccessful in (False, "false") and found.errorText, found.errorText)
        c.answered(request, "not successful")


def groups(s):
    c = s.checks
    _, _, found = s.ask("queryDisplayGroups", "displayGroupList")
    c.same("the display groups", found.groups, "1|2|3|4|5|6|7")
    c.answered("queryDisplayGroups")
    req_id, since, found = s.ask("subscribeToGroupEvents", "displayGroupUpdated", 1)
    c.same("a group begins empty", found.contractInfo, "none")
    c.answered("subscribeToGroupEvents")
    s.client.updateDisplayGroup(req_id, "265598@SMART")
    s.answer(since, req_id, "displayGroupUpdated", contractInfo="265598@SMART")
    c.answered("updateDisplayGroup")
    s.noted("unsubscribeFromGroupEvents", req_id)


SUMMARY = ("NetLiquidation", "TotalCashValue", "BuyingPower", "EquityWithLoanValue", "GrossPositionValue", "InitMarginReq",
           "MaintMarginReq", "AvailableFunds", "ExcessLiquidity", "Cushion", "AccountType")  # fmt: skip


def account(s):
    """Asked before there is any position, so that every number is known beforehand."""
    c = s.checks
    req_id, since, _ = s.ask("reqAccountSummary", "accountSummaryEnd", "All", ",".join(SUMMARY))
    rows = {e.tag: e.value for e in s.all(since, "accountSummary", reqId=req_id)}
    c.same("the tags of the summary", sorted(rows), sorted(SUMMARY))
    c.near("net liquidation is the cash", rows["NetLiquidation"], rows["TotalCashValue"])
    c.near("nothing is held", rows["GrossPositionValue"], 0)
    c.answered("reqAccountSummary")
    s.noted("cancelAccountSummary", req_id)
    for tags in ("$LEDGER", "$LEDGER:USD", "$LEDGER:ALL"):
        req_id, since, _ = s.ask("reqAccountSummary", "accountSummaryEnd", "All", tags)
        rows = s.all(since, "accountSummary", reqId=req_id)
        cash = [(e.currency, e.value) for e in rows if e.tag == "TotalCashBalance"]
        c.ok(f"{tags} tells the cash", cash and all(float(value) > 0 for _, value in cash), cash)
        currencies = {currency for currency, _ in cash}
        c.ok(f"{tags} names its currencies", "USD" in currencies or currencies == {"BASE"}, currencies)
        s.client.cancelAccountSummary(req_id)
    s.client.reqAccountUpdates(True, s.account)
    s.answer(since, -1, "accountDownloadEnd")
    values = {(e.key, e.currency): e.val for e in s.all(since, "updateAccountValue")}
    c.near("the account values agree", values["NetLiquidation", "USD"], values["TotalCashValue", "USD"])
    c.ok("they have the time", s.answer(since, -1, "updateAccountTime").timeStamp.count(":") == 1)
    c.answered("reqAccountUpdates")
    req_id, since, _ = s.ask("reqAccountUpdatesMulti", "accountUpdateMultiEnd", s.account, "", False)
    c.ok("values of several accounts", len(s.all(since, "accountUpdateMulti", reqId=req_id)) > 20)
    c.answered("reqAccountUpdatesMulti")
    s.noted("cancelAccountUpdatesMulti", req_id)
    _, since, _ = s.ask("reqPositions", "positionEnd", without_id=True)
    c.same("no position yet", s.all(since, "position"), [])
    c.answered("reqPositions")
    req_id, since, _ = s.ask("reqPositionsMulti", "positionMultiEnd", s.account, "")
    c.same("no position of several accounts", s.all(since, "positionMulti"), [])
    c.answered("reqPositionsMulti")
    s.noted("cancelPositionsMulti", req_id)
    req_id, _, found = s.ask("reqPnL", "pnl", s.account, "")
    c.near("no profit yet", found.dailyPnL, 0)
    c.answered("reqPnL")
    s.noted("cancelPnL", req_id)


def rest_change_fill(s):
    """Rest, change, fill, and what the account says then."""
    c = s.checks
    bid, ask = touch(s)
    far = round(bid * 0.9, 2)
    held = Held(s, stock(), order("BUY", "LMT", 10, far, tif="GTC", orderRef="interop"))
    working = held.is_now("Submitted")
    c.same("a resting order is whole", (working.filled, working.remaining), (0, 10))
    shown = held.opened()
    c.same("it comes back as sent", (shown.order.lmtPrice, shown.order.tif, shown.order.orderRef), (far, "GTC", "interop"))
    c.ok("it has a permanent id", 0 < shown.order.permId == working.permId, working.permId)
    _, since, _ = s.ask("reqOpenOrders", "openOrderEnd", without_id=True)
    c.same("it is the open order", [e.orderId for e in s.all(since, "openOrder")], [held.id])
    c.answered("reqOpenOrders")
    _, since, _ = s.ask("reqAllOpenOrders", "openOrderEnd", without_id=True)
    c.same("it is the open order of all", [e.orderId for e in s.all(since, "openOrder")], [held.id])
    c.answered("reqAllOpenOrders")
    held.again(lmtPrice=round(bid * 0.91, 2), totalQuantity=Decimal(20))
    c.same("a change is shown", held.opened(lmtPrice=round(bid * 0.91, 2)).order.totalQuantity, 20)
    bid, ask = touch(s)
    limit = round(ask * 1.005, 2)
    held.again(lmtPrice=limit)
    full = held.is_now("Filled")
    c.same("it fills whole", (full.filled, full.remaining), (20, 0))
    c.ok("it fills at the market", bid * 0.99 < full.avgFillPrice <= limit, f"{full.avgFillPrice} between {bid} and {limit}")
    fills = held.executions()
    c.same("its executions are its size", sum(e.execution.shares for e in fills), 20)
    c.ok("each is a buy at its price", all(e.execution.side == "BOT" and e.execution.price <= limit for e in fills))
    cost = sum(held.commission(e.execution).__dict__[s.dialect.fee] for e in fills)
    c.near("the commission is IBKR Pro's minimum", cost, 1.0)
    c.answered("placeOrder")
    since = s.mark() - 1
    s.find(held.since, lambda e: e.name == "position" and e.contract.conId == 265598 and e.position == 20, "the position")
    c.ok("the position is told", True)
    found = s.find(held.since, lambda e: e.name == "updatePortfolio" and e.position == 20, "the portfolio")
    c.near("its value is its price times its size", found.marketValue, found.marketPrice * 20, within=0.02)
    c.near("its cost holds the commission", found.averageCost, full.avgFillPrice + cost / 20, within=0.001)
    return held


def after_the_fill(s, held):
    c = s.checks
    req_id, since, _ = s.ask("reqAccountSummary", "accountSummaryEnd", "All", ",".join(SUMMARY))
    rows = {e.tag: e.value for e in s.all(since, "accountSummary", reqId=req_id)}
    c.near("net liquidation is cash and position", rows["NetLiquidation"],
           float(rows["TotalCashValue"]) + float(rows["GrossPositionValue"]), within=0.02)  # fmt: skip
    c.ok("a margin is needed", 0 < float(rows["MaintMarginReq"]) <= float(rows["InitMarginReq"]), rows["InitMarginReq"])
    s.client.cancelAccountSummary(req_id)
    req_id, _, found = s.ask("reqPnLSingle", "pnlSingle", s.account, "", 265598)
    c.same("profit is of the position", found.pos, 20)
    c.ok("its value is near its cost", abs(found.value - 20 * touch(s)[0]) < 100, found.value)
    c.answered("reqPnLSingle")
    s.noted("cancelPnLSingle", req_id)
    wanted = ExecutionFilter()
    req_id, since, _ = s.ask("reqExecutions", "execDetailsEnd", wanted)
    found = {e.execution.execId for e in s.all(since, "execDetails", reqId=req_id)}
    c.same("the executions are asked for again", found, {e.execution.execId for e in held.executions()})
    c.answered("reqExecutions")
    _, since, _ = s.ask("reqCompletedOrders", "completedOrdersEnd", False, without_id=True)
    done = s.all(since, "completedOrder")
    c.same("the order is complete", [(e.orderState.status, e.order.filledQuantity) for e in done], [("Filled", 20)])
    c.answered("reqCompletedOrders")


def cancel_and_part(s):
    c = s.checks
    bid, ask = touch(s)
    held = Held(s, stock(), order("BUY", "LMT", 10, round(bid * 0.9, 2)))
    held.is_now("Submitted")
    held.cancel()
    gone = held.is_now("Cancelled")
    c.same("a cancelled order is whole", (gone.filled, gone.remaining), (0, 10))
    s.error(held.since, held.id, 202)
    c.ok("error 202 tells of it", True)
    c.answered("cancelOrder")
    # More than the book shows at the touch: fills in part, and the rest goes on working.
    bid, ask = touch(s)
    held = Held(s, stock(), order("BUY", "LMT", 4000, ask))
    part = s.find(held.since, lambda e: e.name == "orderStatus" and e.orderId == held.id and e.filled > 0, "a part")
    c.ok("a large order fills in part", 0 < part.filled < 4000 and part.filled + part.remaining == 4000, part.filled)
    held.cancel()
    gone = held.is_now("Cancelled")
    c.same("its executions are what was filled", sum(e.execution.shares for e in held.executions()), gone.filled)
    return 20 + int(gone.filled)


def refusals(s):
    c = s.checks
    bid, _ = touch(s)

    def refused(code, made, contract=None, request=None):
        held = Held(s, contract or stock(), made)
        s.error(held.since, held.id, code)
        c.answered(f"placeOrder {request}", f"error {code}")

    refused(201, order("BUY", "MKT", 1_000_000), request="beyond the funds")
    refused(110, order("BUY", "LMT", 10, 100.001), request="off the tick")
    refused(321, order("BUY", "LMT", 10, 100.0, account="DU9999999"), request="for an unknown account")
    refused(434, order("BUY", "LMT", 0, 100.0), request="of size zero")
    refused(200, order("BUY", "LMT", 10, 100.0), stock("ZZZZ"), request="of an unknown contract")
    refused(135, order("SELL", "LMT", 10, 500.0, parentId=99_999), request="under an unknown parent")
    # A refused order may have used up its id: the gateway says which is next.
    _, _, ids = s.ask("reqIds", "nextValidId", 1, without_id=True)
    s.next_order_id = max(s.next_order_id, ids.orderId)
    since = s.mark()
    s.client.placeOrder(1, stock(), order("BUY", "LMT", 10, round(bid * 0.9, 2)))
    s.error(since, 1, 104)
    c.answered("placeOrder changing a filled order", "error 104")
    since = s.mark()
    s.client.cancelOrder(77_777, s.dialect.cancel())
    s.error(since, 77_777, 10147)
    c.answered("cancelOrder of an unknown order", "error 10147")
    since = s.mark()
    s.client.cancelOrder(1, s.dialect.cancel())
    s.error(since, 1, 10148)
    c.answered("cancelOrder of a filled order", "error 10148")


def preview(s):
    c = s.checks
    bid, ask = touch(s)
    held = Held(s, stock(), order("BUY", "LMT", 100, ask, whatIf=True))
    state = held.opened().orderState
    change, before, after = (float(getattr(state, f"initMargin{x}")) for x in ("Change", "Before", "After"))
    c.near("the margin's change is its difference", change, after - before, within=0.02)
    c.ok("it is about half the value", 0.4 * 100 * ask < change < 0.6 * 100 * ask, change)
    fees = getattr(state, s.dialect.preview_fee)
    low, high = (getattr(state, f"{x}{s.dialect.preview_fee[0].upper()}{s.dialect.preview_fee[1:]}") for x in ("min", "max"))
    told = [fee for fee in (fees, low, high) if fee < UNSET]
    c.ok("it tells the commission", told and all(0 < fee < 10 for fee in told), told)
    s.settle()
    c.same("a preview is no order", s.all(held.since, "orderStatus", orderId=held.id), [])
    c.answered("placeOrder of a preview")


def bracket(s):
    """Parent and exits are one transmission; the exits work once the parent has filled, and one ends the other."""
    c = s.checks
    bid, ask = touch(s)
    since = s.mark()
    parent = Held(s, stock(), order("BUY", "LMT", 30, round(bid * 0.9, 2), transmit=False), since)
    exits = dict(parentId=parent.id)
    profit = Held(s, stock(), order("SELL", "LMT", 30, round(ask * 1.1, 2), transmit=False, **exits), since)
    stop = Held(s, stock(), order("SELL", "STP", 30, aux=round(bid * 0.8, 2), transmit=True, **exits), since)
    parent.is_now("Submitted")
    for child in (profit, stop):
        child.is_now("PreSubmitted")
        c.same("a child names its parent", child.opened().order.parentId, parent.id)
    parent.again(lmtPrice=round(touch(s)[1] * 1.005, 2), transmit=True)
    parent.is_now("Filled")
    profit.is_now("Submitted")
    c.same("the exit works in full", s.all(profit.since, "orderStatus", orderId=profit.id)[-1].remaining, 30)
    # A child that changes may name its parent only while that works, as in TWS.
    profit.again(lmtPrice=round(touch(s)[0] * 0.995, 2), transmit=True)
    s.error(profit.since, profit.id, 135)
    c.answered("placeOrder changing a child under its filled parent", "error 135")
    profit.again(parentId=0)
    profit.is_now("Filled")
    stop.is_now("Cancelled", failing=False)
    c.ok("the profit ends the stop", True)
    c.answered("placeOrder of a bracket")


def group(s):
    c = s.checks
    bid, _ = touch(s)
    one_of = dict(ocaGroup="interop-1", ocaType=1)
    first = Held(s, stock(), order("BUY", "LMT", 10, round(bid * 0.9, 2), **one_of))
    second = Held(s, stock(), order("BUY", "LMT", 10, round(bid * 0.89, 2), **one_of))
    first.is_now("Submitted")
    second.is_now("Submitted")
    c.same("it names its group", second.opened().order.ocaGroup, "interop-1")
    first.again(lmtPrice=round(touch(s)[1] * 1.005, 2))
    first.is_now("Filled")
    second.is_now("Cancelled", failing=False)
    c.ok("one fill cancels the other of its group", True)
    c.answered("placeOrder of an OCA group")


def triggers(s, held):
    """A stop that waits, is moved into the market and fills; then the position goes at the market."""
    c = s.checks
    bid, ask = touch(s)
    stop = Held(s, stock(), order("SELL", "STP", 20, aux=round(bid * 0.9, 2), tif="GTC"))
    c.same("a stop waits", stop.is_now("PreSubmitted").remaining, 20)
    c.near("it keeps its trigger", stop.opened().order.auxPrice, round(bid * 0.9, 2), within=0)
    stop.again(auxPrice=round(touch(s)[1] * 1.002, 2))
    c.same("a stop that is touched fills", stop.is_now("Filled").filled, 20)
    rest = held - 20 + 10
    close = Held(s, stock(), order("SELL", "MKT", rest))
    gone = close.is_now("Filled")
    c.ok("a market order fills at the market", touch(s)[0] * 0.98 < gone.avgFillPrice < touch(s)[1] * 1.02, gone.avgFillPrice)
    fills = close.executions()
    gains = [g for g in (close.commission(e.execution).realizedPNL for e in fills) if abs(g) < UNSET]
    c.ok("a sale realises a result", len(gains) == len(fills), round(sum(gains), 2))
    s.find(close.since, lambda e: e.name == "position" and e.position == 0, "the flat position")
    c.ok("the position is flat", True)


# What rests when it is sold: a factor of the bid for each price, an offset as it is.
VOCABULARY = {
    "STP LMT": dict(lmtPrice=0.89, auxPrice=0.9),
    "TRAIL": dict(trailingPercent=5.0),
    "TRAIL LIMIT": dict(auxPrice=10.0, lmtPriceOffset=0.1, trailStopPrice=0.9),
    "MIT": dict(auxPrice=1.1),
    "LIT": dict(auxPrice=1.1, lmtPrice=1.11),
    "MIDPRICE": dict(lmtPrice=1.1),
    "REL": dict(lmtPrice=1.1, auxPrice=0.0),
    "PASSV REL": dict(auxPrice=5.0),
    "PEG MKT": dict(auxPrice=5.0),
    "PEG MID": dict(auxPrice=5.0),
    "SNAP PRIM": dict(auxPrice=0.0),
    "SNAP MKT": dict(auxPrice=5.0),
    "SNAP MID": dict(auxPrice=5.0),
    "MOC": {},
    "LOC": dict(lmtPrice=1.1),
}
# Limit orders with one more wish each, by what the README calls them.
WISHES = {
    "until a date": dict(tif="GTD", goodTillDate=lambda: tomorrow()),
    "DTC": dict(tif="DTC"),
    "OPG": dict(tif="OPG"),
    "outside regular hours": dict(outsideRth=True),
    "hidden": dict(hidden=True),
    "showing a part": dict(displaySize=2),
    "all or none": dict(allOrNone=True),
    "of a minimum quantity": dict(minQty=2),
    "with a discretionary amount": dict(discretionaryAmt=0.1),
    "good after a time": dict(goodAfterTime=lambda: tomorrow()),
    "sweeping to fill": dict(sweepToFill=True),
    "in an OCA group of type 3": dict(ocaGroup="interop-3", ocaType=3),
}
# What one venue cannot honour.
BEYOND = {
    "of an algorithm": dict(algoStrategy="Adaptive"),
    "with a scale": dict(scaleInitLevelSize=2, scalePriceIncrement=0.1),
    "with a hedge": dict(hedgeType="D"),
    "at a volatility": dict(kind="VOL", volatility=20.0, volatilityType=2),
}
# What rests at the ask itself may be bought by the market before it is cancelled.
AT_THE_TOUCH = ("SNAP PRIM",)
PRICES = ("lmtPrice", "auxPrice", "trailStopPrice")


def vocabulary(s):
    """Sell orders of every type that rest, each shown as it was sent; then everything is cancelled at once."""
    c = s.checks
    bid, _ = touch(s)
    placed = []
    for kind, fields in VOCABULARY.items():
        # A factor of the bid, unless it is an offset of ten dollars and less.
        prices = {k: round(bid * v, 2) if k in PRICES and 0 < v < 2 else v for k, v in fields.items()}
        sent = Held(s, stock("SPY" if kind in ("MOC", "LOC") else "AAPL"), order("SELL", kind, 5, **prices))
        shown = sent.opened()
        c.same(f"{kind} comes back as sent", shown.order.orderType, kind)
        kept = {k: getattr(shown.order, k) for k in prices if k in ("lmtPrice", "auxPrice", "trailingPercent") and kind[:5] != "TRAIL"}
        c.same(f"{kind} keeps its terms", kept, {k: prices[k] for k in kept})
        sent.is_now("PreSubmitted", "Submitted")
        c.answered(f"placeOrder of type {kind}")
        placed.append((sent, ("Cancelled", "Filled") if kind in AT_THE_TOUCH else ("Cancelled",)))
    for wish, fields in WISHES.items():
        fields = {k: v() if callable(v) else v for k, v in fields.items()}
        sent = Held(s, stock("MSFT"), order("SELL", "LMT", 5, 990.0, **fields))
        shown = sent.opened().order
        same = {k: getattr(shown, k) for k in fields if k not in ("goodTillDate", "goodAfterTime")}
        c.same(f"an order {wish} keeps its wish", same, {k: fields[k] for k in same})
        sent.is_now("PreSubmitted", "Submitted")
        c.answered(f"placeOrder {wish}")
        placed.append((sent, ("Cancelled",)))
    for what, fields in BEYOND.items():
        sent = Held(s, stock("MSFT"), order("SELL", **{"kind": "LMT", "quantity": 5, "limit": 990.0, **fields}))
        s.error(sent.since, sent.id, 201)
        c.answered(f"placeOrder {what}", "error 201")
    for tif, status in (("IOC", "Cancelled"), ("FOK", "Cancelled")):
        Held(s, stock(), order("SELL", "LMT", 5, round(bid * 1.1, 2), tif=tif)).is_now(status, failing=False)
        c.answered(f"placeOrder {tif}")
    limited = Held(s, stock(), order("BUY", "MTL", 5)).is_now("Filled")
    c.ok("MTL fills at the best price", abs(limited.avgFillPrice - touch(s)[1]) < 1, limited.avgFillPrice)
    c.answered("placeOrder of type MTL")
    s.client.reqGlobalCancel(*s.dialect.global_cancel())
    for sent, ends in placed:
        sent.is_now(*ends, failing=False)
    c.ok("all of them are cancelled at once", True, len(placed))
    c.answered("reqGlobalCancel")


def farewell(s):
    c = s.checks
    s.noted("cancelPositions")
    s.client.reqAccountUpdates(False, s.account)
    s.noted("cancelMktData", s.line[1])
    c.covered("request of the client", REQUESTS, s.client.called)
    s.client.disconnect()
    c.ok("the client leaves", not s.client.isConnected())


def script(dialect):
    def run(port):
        checks = Checks()
        s = Session(checks, dialect)
        took = s.connect(port)
        version = s.client.serverVersion()
        checks.same("the version agreed on", version, dialect.version)
        for part in (times, reference, quotes, history, groups, account):
            part(s)
        first = rest_change_fill(s)
        after_the_fill(s, first)
        shares = cancel_and_part(s)
        for part in (refusals, preview, bracket, group):
            part(s)
        triggers(s, shares)
        vocabulary(s)
        unserved(s)
        dialect.more(s)
        farewell(s)
        checks.report(version=version, connect_ms=took, requests=len(REQUESTS))

    return run
