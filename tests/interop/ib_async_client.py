"""ib_async 2.1.0: every request of `IB` and of the client below it once, orders through their lives, the README's lines.

What a request of `IB` is answered with is what it returns, or the error it raises. The requests that `IB` leaves to the
client below are answered by a message whose number is looked for in the client's own log of what arrives.
"""

import inspect
import logging
import re
import time
from pathlib import Path

from ib_async import IB, LimitOrder, MarketOrder, Option, Order, ScannerSubscription, Stock, StopOrder, WshEventData
from ib_async.client import Client
from ib_async.ib import StartupFetchALL
from ib_async.wrapper import RequestError

from checks import EMPTY, NOTED, PATIENCE, SERVED, Checks, main, sane_bars, wait

# Methods of the two classes that ask nothing of the gateway.
LOCAL = {"disconnect", "isConnected", "waitOnUpdate", "loopUntil", "setTimeout"}
BELOW = {
    "reset", "serverVersion", "run", "isConnected", "isReady", "connectionStats", "getReqId", "updateReqId", "getAccounts",
    "setConnectOptions", "connect", "connectAsync", "disconnect", "send", "sendMsg",
}  # fmt: skip
README = Path(__file__).resolve().parent.parent.parent / "README.md"


class Log(logging.Handler):
    """What the client logs: its warnings, and the messages that arrive."""

    def __init__(self):
        super().__init__(logging.DEBUG)
        self.warnings, self.messages = [], []

    def emit(self, record):
        text = record.getMessage()
        if record.levelno >= logging.WARNING:
            self.warnings.append(text)
        elif text.startswith("<<< "):
            self.messages.append(text[4:].split(","))


def public(owner):
    return {name for name, f in vars(owner).items() if inspect.isfunction(f) and not name.startswith("_")}


REQUESTS, BELOW_REQUESTS = public(IB) - LOCAL, public(Client) - BELOW


def counted(owner, names, called):
    def count(name, original):
        def method(*args, **kwargs):
            called.add(name)
            return original(*args, **kwargs)

        return method

    for name in names:
        setattr(owner, name, count(name, getattr(owner, name)))


class Session:
    """One connection, and what was asked over it."""

    def __init__(self, port):
        self.c = Checks()
        self.log = Log()
        for name in ("ib_async", "ib_async.client", "ib_async.ib", "ib_async.wrapper", "ib_async.Decoder"):
            logger = logging.getLogger(name)
            logger.propagate = False
            logger.addHandler(self.log)
            logger.setLevel(logging.DEBUG)
        self.ib = IB()
        self.ib.RequestTimeout = PATIENCE
        self.ib.RaiseRequestErrors = True
        self.called, self.called_below = set(), set()
        counted(self.ib, REQUESTS, self.called)
        counted(self.ib.client, BELOW_REQUESTS, self.called_below)
        self.errors = []
        self.ib.errorEvent += lambda req_id, code, text, contract: self.errors.append((req_id, code, text))
        self.port = port

    def wait(self, condition, what):
        return wait(condition, what, lambda: self.ib.sleep(0.005))

    def refused(self, code, request, *args, name=None):
        """A blocking request that raises an error with this code."""
        name = name or request
        try:
            found = getattr(self.ib, request)(*args)
        except RequestError as error:
            found = error.code
        self.c.same(f"{name} is refused", found, code)
        self.c.answered(name, f"error {code}")

    def refused_later(self, code, name, ask):
        """A request whose error comes as an event."""
        self.errors.clear()
        ask()
        found = self.wait(lambda: [e for e in self.errors if not 2100 <= e[1] < 2200], f"error {code} for {name}")
        self.c.answered(name, f"error {found[0][1]}")
        self.c.same(f"{name} is refused", found[0][1], code)

    def noted(self, name, ask):
        """A request without an answer: the gateway goes on answering, and complains of nothing."""
        self.errors.clear()
        ask()
        self.ib.reqCurrentTime()
        wrong = [e for e in self.errors if not 2100 <= e[1] < 2200]
        self.c.ok(f"{name} is taken without a word", not wrong, wrong or "")
        self.c.answered(name, NOTED)

    def message(self, number, ask):
        """The fields of the message with this number that answers a request of the client below."""
        mark = len(self.log.messages)
        ask()
        return self.wait(lambda: [m for m in self.log.messages[mark:] if m[0] == str(number)], f"message {number}")[0]


def connect(s):
    """It must not take a time-out: the client logs each End that does not come, four seconds late."""
    begun = time.perf_counter()
    s.ib.connect("127.0.0.1", s.port, clientId=0, timeout=4, fetchFields=StartupFetchALL)
    took = round((time.perf_counter() - begun) * 1000)
    s.c.same("connecting leaves no warning", s.log.warnings, [])
    ends = [number for number in ("53", "54", "55", "62", "74", "102") if [m for m in s.log.messages if m[0] == number]]
    s.c.same("connecting gets every End", ends, ["53", "54", "55", "62", "74", "102"])
    s.c.same("the version agreed on", s.ib.client.serverVersion(), 178)
    (s.account,) = s.ib.managedAccounts()
    s.c.ok("the account is a paper account", s.account.startswith("DU"), f"{s.account}, connected in {took} ms")
    values = {(v.tag, v.currency): v.value for v in s.ib.accountValues()}
    s.c.near("net liquidation is the cash", values["NetLiquidation", "USD"], values["TotalCashValue", "USD"])
    s.c.answered("startApi")
    return took


def reference(s):
    c, ib = s.c, s.ib
    s.apple = Stock("AAPL", "SMART", "USD")
    c.ok("a contract is qualified", ib.qualifyContracts(s.apple) and s.apple.conId == 265598, s.apple.conId)
    (details,) = ib.reqContractDetails(s.apple)
    c.ok("its details", "APPLE" in details.longName and details.minTick == 0.01, details.longName)
    c.ok("its hours", details.liquidSessions() and details.tradingSessions(), details.liquidHours[:28])
    c.answered("reqContractDetails")
    s.refused(200, "reqContractDetails", Stock("ZZZZ", "SMART", "USD"), name="reqContractDetails of an unknown contract")
    found = ib.reqMatchingSymbols("appl")
    c.ok("matching symbols", 265598 in [d.contract.conId for d in found], len(found))
    c.answered("reqMatchingSymbols")
    rule = ib.reqMarketRule(int(details.marketRuleIds.split(",")[0]))
    c.same("the ladder of the market rule", (rule[-1].lowEdge, rule[-1].increment), (1.0, 0.01))
    c.answered("reqMarketRule")
    now = ib.reqCurrentTime()
    c.ok("the gateway's clock is this machine's", abs(now.timestamp() - time.time()) < 5, now)
    c.answered("reqCurrentTime")
    # What it says the client does not keep.
    c.same("no white branding", s.message(107, ib.reqUserInfo)[2], "")
    c.answered("reqUserInfo")
    c.ok("scanner parameters are XML", ib.reqScannerParameters().startswith("<"))
    c.answered("reqScannerParameters", EMPTY)
    for name, ask in (
        ("reqMktDepthExchanges", ib.reqMktDepthExchanges),
        ("reqNewsProviders", ib.reqNewsProviders),
        ("reqSmartComponents", lambda: ib.reqSmartComponents("a6")),
    ):
        c.same(name, ask(), [])
        c.answered(name, EMPTY)
    options(s)


def options(s):
    """A chain, one of its options, and what it is worth."""
    c, ib = s.c, s.ib
    (chain,) = [chain for chain in ib.reqSecDefOptParams("AAPL", "", "STK", 265598) if chain.exchange == "SMART"]
    c.same("the chain's class and multiplier", (chain.tradingClass, chain.multiplier), ("AAPL", "100"))
    c.ok("expirations and strikes", len(chain.expirations) > 5 and len(chain.strikes) > 40, len(chain.strikes))
    c.answered("reqSecDefOptParams")
    found = ib.reqContractDetails(Option("AAPL", sorted(chain.expirations)[3], 0.0, "C", "SMART"))
    found.sort(key=lambda details: details.contract.strike)
    middle = found[len(found) // 2]
    c.same("what it is on", (middle.underConId, middle.contract.multiplier), (265598, "100"))
    s.option = middle.contract
    told = ib.calculateOptionPrice(s.option, 0.3, s.option.strike)
    c.ok("a price and a delta", told.optPrice > 0 and 0.4 < told.delta < 0.7, f"{told.optPrice} {told.delta}")
    c.answered("calculateOptionPrice")
    told = ib.calculateImpliedVolatility(s.option, told.optPrice, s.option.strike)
    c.near("the volatility of that price", told.impliedVol, 0.3, within=0.001)
    c.answered("calculateImpliedVolatility")


def quotes(s):
    c, ib = s.c, s.ib
    s.noted("reqMarketDataType", lambda: ib.reqMarketDataType(1))
    (snapshot,) = ib.reqTickers(s.apple)
    c.ok("a snapshot has bid and ask", 0 < snapshot.bid < snapshot.ask, f"{snapshot.bid} {snapshot.ask}")
    c.answered("reqMktData of a snapshot")
    s.line = ib.reqMktData(s.apple, "233,236,165")
    line = s.wait(lambda: s.line if s.line.hasBidAsk() and s.line.volume > 0 and s.line.close > 0 else None, "a whole quote")
    c.ok("bid below ask", 0 < line.bid < line.ask < line.bid * 1.01, f"{line.bid} {line.ask}")
    c.ok("sizes", line.bidSize > 0 and line.askSize > 0 and line.lastSize > 0, f"{line.bidSize} {line.askSize}")
    c.ok("low ≤ last ≤ high", line.low <= line.last <= line.high, f"{line.low} {line.last} {line.high}")
    c.ok("the ticker is in the lists", ib.ticker(s.apple) is line and line in ib.tickers())
    bid, ask = line.bid, line.ask
    s.wait(lambda: line in ib.pendingTickers(), "a change of the quote")
    c.ok("the quote goes on", line.bid > 0 and line.ask > 0, f"{bid} {ask}, {line.bid} {line.ask}")
    c.answered("reqMktData")
    s.refused_later(200, "reqMktData of an unknown contract", lambda: ib.reqMktData(Stock("ZZZZ", "SMART", "USD", conId=1)))
    other = Stock("MSFT", "SMART", "USD")
    ib.qualifyContracts(other)
    ib.reqMktData(other)
    s.noted("cancelMktData", lambda: c.ok("a line is cancelled", ib.cancelMktData(other)))
    c.same("no news", ib.newsTicks() + ib.newsBulletins(), [])


def rows(bars):
    return [(bar.date, bar.open, bar.high, bar.low, bar.close, bar.volume) for bar in bars]


def history(s):
    c, ib = s.c, s.ib
    for what, duration, size, shown, form, least in (
        ("1 min bars", "1800 S", "1 min", "TRADES", 2, 25),
        ("midpoints in exchange time", "1 D", "5 mins", "MIDPOINT", 1, 50),
        ("hours", "2 D", "1 hour", "TRADES", 1, 10),
        ("days", "1 M", "1 day", "TRADES", 1, 18),
    ):
        bars = ib.reqHistoricalData(s.apple, "", duration, size, shown, False, form)
        sane_bars(c, what, rows(bars), least)
    c.ok("the last day closes at the market", abs(bars[-1].close - s.line.last) < s.line.last * 0.01, bars[-1].close)
    c.answered("reqHistoricalData")
    s.refused(162, "reqHistoricalData", s.apple, "", "1 D", "1 hour", "OPTION_IMPLIED_VOLATILITY", True, 1,
              name="reqHistoricalData of what is not there")  # fmt: skip
    updates = []
    kept = ib.reqHistoricalData(s.apple, "", "300 S", "5 secs", "TRADES", False, 2, keepUpToDate=True)
    kept.updateEvent += lambda bars, new: updates.append((new, bars[-1]))
    s.wait(lambda: updates, "an update of the bars")
    sane_bars(c, "kept bars", rows(kept), 50)
    c.ok("kept bars are in the list", kept in ib.realtimeBars())
    c.answered("reqHistoricalData kept up to date")
    s.noted("cancelHistoricalData", lambda: ib.cancelHistoricalData(kept))
    schedule = ib.reqHistoricalSchedule(s.apple, 5)
    c.ok("a schedule has sessions", len(schedule.sessions) >= 3, schedule.timeZone)
    c.answered("reqHistoricalData of the schedule")
    head = ib.reqHeadTimeStamp(s.apple, "TRADES", True, 1)
    c.ok("the head of the data is long ago", head.year < 2005, head)
    c.answered("reqHeadTimeStamp")
    histogram = ib.reqHistogramData(s.apple, False, "3 days")
    c.ok("a histogram has sizes at prices", len(histogram) > 10 and all(x.count > 0 for x in histogram), len(histogram))
    c.answered("reqHistogramData")
    live = ib.reqRealTimeBars(s.apple, 5, "TRADES", False)
    s.wait(lambda: live, "a five-second bar")
    bar = live[0]
    sane_bars(c, "five-second bars", [(bar.time, bar.open_, bar.high, bar.low, bar.close, bar.volume)])
    c.answered("reqRealTimeBars")
    s.noted("cancelRealTimeBars", lambda: ib.cancelRealTimeBars(live))


def account(s):
    c, ib = s.c, s.ib
    ib.reqAccountSummary()
    summary = {(v.tag, v.currency): v.value for v in ib.accountSummary()}
    c.near("the summary agrees", summary["NetLiquidation", "USD"], summary["TotalCashValue", "USD"])
    c.ok("it has the ledger", ("TotalCashBalance", "USD") in summary or ("TotalCashBalance", "BASE") in summary, len(summary))
    c.answered("reqAccountSummary")
    ib.reqAccountUpdates(s.account)
    c.answered("reqAccountUpdates")
    ib.reqAccountUpdatesMulti(s.account)
    c.answered("reqAccountUpdatesMulti")
    c.same("no position yet", ib.reqPositions() + ib.positions() + ib.portfolio(), [])
    c.answered("reqPositions")
    profit = ib.reqPnL(s.account)
    s.wait(lambda: profit.dailyPnL == profit.dailyPnL, "the profit and loss")
    c.near("no profit yet", profit.dailyPnL, 0)
    c.ok("it is in the list", profit in ib.pnl())
    c.answered("reqPnL")
    s.noted("cancelPnL", lambda: ib.cancelPnL(s.account))
    c.same("no order yet", ib.trades() + ib.orders() + ib.fills() + ib.reqCompletedOrders(False), [])


def cents(price):
    return round(price, 2)


def rest_change_fill(s):
    c, ib = s.c, s.ib
    order = LimitOrder("BUY", 10, cents(s.line.bid * 0.9), tif="GTC", orderRef="interop")
    trade = ib.placeOrder(s.apple, order)
    s.wait(lambda: trade.orderStatus.status == "Submitted", "a working order")
    c.same("a resting order is whole", (trade.filled(), trade.remaining()), (0, 10))
    c.ok("it has a permanent id", trade.order.permId > 0, trade.order.permId)
    c.same("it is the open order", [t.order.orderId for t in ib.reqOpenOrders()], [order.orderId])
    c.same("it is in the lists", [ib.openTrades(), ib.openOrders()], [[trade], [trade.order]])
    c.answered("reqOpenOrders")
    c.same("it is the open order of all", [t.order.orderId for t in ib.reqAllOpenOrders()], [order.orderId])
    c.answered("reqAllOpenOrders")
    changes = len(trade.log)
    order.lmtPrice, order.totalQuantity = cents(s.line.bid * 0.91), 20
    ib.placeOrder(s.apple, order)
    s.wait(lambda: trade.remaining() == 20 and len(trade.log) > changes, "the changed order")
    c.same("a change is shown", trade.log[-1].errorCode, 0)
    bid, limit = s.line.bid, cents(s.line.ask * 1.005)
    order.lmtPrice = limit
    ib.placeOrder(s.apple, order)
    s.wait(lambda: trade.isDone() and trade.fills and all(f.commissionReport.execId for f in trade.fills), "the fill")
    c.same("it fills whole", (trade.orderStatus.status, trade.filled()), ("Filled", 20))
    price = trade.orderStatus.avgFillPrice
    c.ok("it fills at the market", bid * 0.99 < price <= limit, f"{price} between {bid} and {limit}")
    cost = sum(f.commissionReport.commission for f in trade.fills)
    c.near("the commission is IBKR Pro's minimum", cost, 1.0)
    c.answered("placeOrder")
    s.wait(lambda: ib.positions() and ib.portfolio(), "the position")
    (position,), (item,) = ib.positions(), ib.portfolio()
    c.same("the position is told", (position.contract.conId, position.position), (265598, 20))
    c.near("its value is its price times its size", item.marketValue, item.marketPrice * 20, within=0.02)
    c.near("its cost holds the commission", position.avgCost, price + cost / 20, within=0.001)
    values = lambda: {(v.tag, v.currency): float(v.value) for v in ib.accountValues() if v.tag in TAGS and v.currency == "USD"}
    s.wait(lambda: values()["GrossPositionValue", "USD"] > 0, "the account's values")
    now = values()
    total = now["TotalCashValue", "USD"] + now["GrossPositionValue", "USD"]
    c.near("net liquidation is cash and position", now["NetLiquidation", "USD"], total, within=0.02)
    executions = {f.execution.execId for f in trade.fills}
    c.same("the executions are asked for again", {f.execution.execId for f in ib.reqExecutions()}, executions)
    c.same("they are in the list", {e.execId for e in ib.executions()}, executions)
    c.answered("reqExecutions")
    c.same("the order is complete", [t.orderStatus.status for t in ib.reqCompletedOrders(False)], ["Filled"])
    c.answered("reqCompletedOrders")
    single = ib.reqPnLSingle(s.account, "", 265598)
    s.wait(lambda: single.value == single.value and single.position, "the position's profit and loss")
    c.ok("profit is of the position", single.position == 20 and single in ib.pnlSingle(), single.value)
    c.answered("reqPnLSingle")
    s.noted("cancelPnLSingle", lambda: ib.cancelPnLSingle(s.account, "", 265598))


TAGS = ("NetLiquidation", "TotalCashValue", "GrossPositionValue")


def place(s, order, contract=None):
    return s.ib.placeOrder(contract or s.apple, order)


def is_now(s, trade, *statuses):
    s.wait(lambda: trade.orderStatus.status in statuses, f"{'/'.join(statuses)} of {trade.order.orderType}, now {trade.log[-1]}")
    return trade


def cancel_and_part(s):
    c, ib = s.c, s.ib
    trade = is_now(s, place(s, LimitOrder("BUY", 10, cents(s.line.bid * 0.9))), "Submitted")
    ib.cancelOrder(trade.order)
    is_now(s, trade, "Cancelled")
    s.wait(lambda: any(e[0] == trade.order.orderId and e[1] == 202 for e in s.errors), "error 202")
    c.ok("a cancelled order is told by error 202", True)
    c.answered("cancelOrder")
    large = place(s, LimitOrder("BUY", 4000, s.line.ask))
    s.wait(lambda: large.fills, "a part")
    c.ok("a large order fills in part", 0 < large.filled() < 4000, large.filled())
    ib.cancelOrder(large.order)
    is_now(s, large, "Cancelled")
    c.same("the position has the part", s.wait(lambda: [p.position for p in ib.positions() if p.position == 20 + large.filled()],
                                               "the position")[0], 20 + large.filled())  # fmt: skip
    return int(20 + large.filled())


def refusals(s):
    c, ib = s.c, s.ib

    def refused(code, order, name, contract=None):
        s.refused_later(code, f"placeOrder {name}", lambda: place(s, order, contract))

    refused(201, MarketOrder("BUY", 1_000_000), "beyond the funds")
    refused(110, LimitOrder("BUY", 10, 100.001), "off the tick")
    refused(321, LimitOrder("BUY", 10, 100.0, account="DU9999999"), "for an unknown account")
    refused(434, LimitOrder("BUY", 0, 100.0), "of size zero")
    refused(200, LimitOrder("BUY", 10, 100.0), "of an unknown contract", Stock("ZZZZ", "SMART", "USD", conId=1))
    refused(135, LimitOrder("SELL", 10, 500.0, parentId=99_999), "under an unknown parent")
    s.refused_later(10147, "cancelOrder of an unknown order", lambda: ib.client.cancelOrder(77_777, ""))
    filled = [t for t in ib.trades() if t.orderStatus.status == "Filled"][0].order.orderId
    s.refused_later(10148, "cancelOrder of a filled order", lambda: ib.client.cancelOrder(filled, ""))
    state = ib.whatIfOrder(s.apple, LimitOrder("BUY", 100, s.line.ask))
    change, before, after = float(state.initMarginChange), float(state.initMarginBefore), float(state.initMarginAfter)
    c.near("a preview's change is its difference", change, after - before, within=0.02)
    c.ok("it is about half the value", 0.4 * 100 * s.line.ask < change < 0.6 * 100 * s.line.ask, change)
    c.answered("placeOrder of a preview")


def bracket_and_group(s):
    c, ib = s.c, s.ib
    line = s.line
    parent, profit, stop = map(
        lambda order: place(s, order),
        ib.bracketOrder("BUY", 30, cents(line.bid * 0.9), cents(line.ask * 1.1), cents(line.bid * 0.8)),
    )
    is_now(s, parent, "Submitted")
    for child in (profit, stop):
        is_now(s, child, "PreSubmitted")
    parent.order.lmtPrice, parent.order.transmit = cents(line.ask * 1.005), True
    place(s, parent.order)
    is_now(s, parent, "Filled")
    is_now(s, profit, "Submitted")
    # A child that changes may name its parent only while that works, as in TWS.
    profit.order.lmtPrice, profit.order.transmit, profit.order.parentId = cents(line.bid * 0.995), True, 0
    place(s, profit.order)
    is_now(s, profit, "Filled")
    is_now(s, stop, "Cancelled")
    c.ok("the profit ends the stop", True)
    c.answered("placeOrder of a bracket")
    orders = [LimitOrder("BUY", 10, cents(line.bid * factor)) for factor in (0.9, 0.89)]
    first, second = (place(s, order) for order in ib.oneCancelsAll(orders, "interop-1", 1))
    is_now(s, first, "Submitted")
    is_now(s, second, "Submitted")
    first.order.lmtPrice = cents(line.ask * 1.005)
    place(s, first.order)
    is_now(s, first, "Filled")
    is_now(s, second, "Cancelled")
    c.ok("one fill cancels the other of its group", True)
    c.answered("placeOrder of an OCA group")


def triggers(s, shares):
    c, ib = s.c, s.ib
    stop = is_now(s, place(s, StopOrder("SELL", 20, cents(s.line.bid * 0.9), tif="GTC")), "PreSubmitted")
    c.ok("a stop waits", stop.remaining() == 20)
    stop.order.auxPrice = cents(s.line.ask * 1.002)
    place(s, stop.order)
    is_now(s, stop, "Filled")
    c.ok("a stop that is touched fills", stop.filled() == 20, stop.orderStatus.avgFillPrice)
    close = is_now(s, place(s, MarketOrder("SELL", shares - 20 + 10)), "Filled")
    s.wait(lambda: not [p for p in ib.positions() if p.position], "the flat position")
    s.wait(lambda: all(f.commissionReport.execId for f in close.fills), "the commissions")
    c.ok("a sale realises a result", sum(f.commissionReport.realizedPNL for f in close.fills) != 0)
    line = s.line
    kinds = {
        "STP LMT": dict(auxPrice=cents(line.bid * 0.9), lmtPrice=cents(line.bid * 0.89)),
        "TRAIL": dict(trailingPercent=5.0),
        "TRAIL LIMIT": dict(auxPrice=10.0, lmtPriceOffset=0.1, trailStopPrice=cents(line.bid * 0.9)),
        "MIT": dict(auxPrice=cents(line.bid * 1.1)),
        "LIT": dict(auxPrice=cents(line.bid * 1.1), lmtPrice=cents(line.bid * 1.11)),
        "MIDPRICE": dict(lmtPrice=cents(line.bid * 1.1)),
        "REL": dict(lmtPrice=cents(line.bid * 1.1), auxPrice=0.0),
        "PEG MKT": dict(auxPrice=5.0),
        "MOC": {},
        "LOC": dict(lmtPrice=cents(line.bid * 1.1)),
    }
    trades = []
    for kind, fields in kinds.items():
        trades.append(is_now(s, place(s, Order(action="SELL", totalQuantity=5, orderType=kind, **fields)), "PreSubmitted", "Submitted"))
        c.answered(f"placeOrder of type {kind}")
    ib.reqGlobalCancel()
    for trade in trades:
        is_now(s, trade, "Cancelled")
    c.ok("all of them are cancelled at once", True, len(trades))
    c.answered("reqGlobalCancel")


def unserved(s):
    ib = s.ib
    scan = ScannerSubscription(instrument="STK", locationCode="STK.US.MAJOR", scanCode="TOP_PERC_GAIN")
    s.refused(10187, "reqHistoricalTicks", s.apple, "20240102 10:00:00", "", 10, "TRADES", True)
    s.refused(430, "reqFundamentalData", s.apple, "ReportSnapshot")
    s.refused(162, "reqScannerData", scan, name="reqScannerSubscription")
    s.refused(322, "calculateImpliedVolatility", s.apple, 5.0, 230.0, name="calculateImpliedVolatility of a share")
    s.refused(322, "calculateOptionPrice", s.apple, 0.3, 230.0, name="calculateOptionPrice of a share")
    s.refused(10172, "reqNewsArticle", "BRFG", "BRFG$1")
    s.refused(10276, "reqHistoricalNews", 265598, "BRFG", "", "", 10)
    s.refused(10279, "getWshMetaData", name="reqWshMetaData")
    s.noted("cancelWshMetaData", ib.cancelWshMetaData)
    s.refused(10283, "getWshEventData", WshEventData(), name="reqWshEventData")
    s.noted("cancelWshEventData", ib.cancelWshEventData)
    s.refused_later(10092, "reqMktDepth", lambda: ib.reqMktDepth(s.apple))
    s.noted("cancelMktDepth", lambda: ib.cancelMktDepth(s.apple))
    s.refused_later(10189, "reqTickByTickData", lambda: ib.reqTickByTickData(s.apple, "AllLast"))
    s.noted("cancelTickByTickData", lambda: ib.cancelTickByTickData(s.apple, "AllLast"))
    s.scan = None
    s.refused_later(162, "reqScannerSubscription", lambda: setattr(s, "scan", ib.reqScannerSubscription(scan)))
    s.noted("cancelScannerSubscription", lambda: ib.cancelScannerSubscription(s.scan))
    unheld = "exerciseOptions of an option that is not held"
    s.refused_later(322, unheld, lambda: ib.exerciseOptions(s.option, 1, 1, s.account, 0))
    # An error without an id is none of the request's: the client waits until its own time is up.
    s.refused_later(321, "requestFA", lambda: ib.requestFA(1))
    s.refused_later(321, "replaceFA", lambda: ib.replaceFA(1, "<xml/>"))
    s.noted("reqNewsBulletins", lambda: ib.reqNewsBulletins(True))
    s.noted("cancelNewsBulletins", ib.cancelNewsBulletins)


def below(s):
    """What `IB` has no method for."""
    c, client = s.c, s.ib.client
    new_id = client.getReqId
    for name, args in (
        ("cancelFundamentalData", (new_id(),)),
        ("cancelHeadTimeStamp", (new_id(),)),
        ("cancelHistogramData", (new_id(),)),
        ("cancelCalculateImpliedVolatility", (new_id(),)),
        ("cancelCalculateOptionPrice", (new_id(),)),
        ("cancelAccountSummary", (new_id(),)),
        ("cancelAccountUpdatesMulti", (new_id(),)),
        ("cancelPositionsMulti", (new_id(),)),
        ("setServerLogLevel", (2,)),
    ):
        s.noted(name, lambda name=name, args=args: getattr(client, name)(*args))
    for name, number, args, answer in (
        ("reqIds", 9, (1,), SERVED),
        ("reqManagedAccts", 15, (), SERVED),
        ("reqFamilyCodes", 78, (), SERVED),
        ("reqSoftDollarTiers", 77, (new_id(),), EMPTY),
        ("reqPositionsMulti", 72, (new_id(), s.account, ""), SERVED),
        ("queryDisplayGroups", 67, (new_id(),), SERVED),
        ("verifyRequest", 66, ("name", "1.0"), "not successful"),
        ("verifyMessage", 66, ("data",), "not successful"),
        ("verifyAndAuthRequest", 70, ("name", "1.0", "key"), "not successful"),
        ("verifyAndAuthMessage", 70, ("data", "response"), "not successful"),
    ):
        fields = s.message(number, lambda: getattr(client, name)(*args))
        c.ok(f"{name} gives message {number}", len(fields) >= 2, fields[2:5])
        c.answered(name, answer)
    group = new_id()
    s.message(68, lambda: client.subscribeToGroupEvents(group, 1))
    c.answered("subscribeToGroupEvents")
    shown = s.message(68, lambda: client.updateDisplayGroup(group, "265598@SMART"))
    c.same("a group shows what it was told", shown[-1], "265598@SMART")
    c.answered("updateDisplayGroup")
    s.noted("unsubscribeFromGroupEvents", lambda: client.unsubscribeFromGroupEvents(group))
    # Positions are not heard of any more from here on.
    s.noted("cancelPositions", client.cancelPositions)
    s.noted("cancelMktData", lambda: s.ib.cancelMktData(s.apple))


def readme(s):
    """The README's lines, as they stand there but for the port."""
    lines = re.search(r"```python\n(.*?)```", README.read_text(), re.DOTALL)
    s.c.ok("the README shows the client", lines is not None)
    text = lines[1]
    s.c.same("it does so in five lines", len(text.strip().splitlines()), 5)
    names, said = {}, []
    exec(text.replace("7497", str(s.port)), dict(names, print=lambda *args: said.append(args)), names)
    s.c.ok("its order fills", names["trade"].orderStatus.status == "Filled", said)
    names["ib"].disconnect()


def script(port):
    s = Session(port)
    took = connect(s)
    for part in (reference, quotes, history, account, rest_change_fill):
        part(s)
    shares = cancel_and_part(s)
    refusals(s)
    bracket_and_group(s)
    triggers(s, shares)
    unserved(s)
    below(s)
    c = s.c
    c.covered("request of IB", REQUESTS, s.called)
    c.covered("request of the client below", BELOW_REQUESTS, s.called_below)
    s.ib.disconnect()
    c.ok("the client leaves", not s.ib.isConnected())
    readme(s)
    c.report(version=178, connect_ms=took, requests=len(REQUESTS) + len(BELOW_REQUESTS))


if __name__ == "__main__":
    main(script)
