"""One connection of IB's own Python client, in either of its encodings, and what becomes of its requests and orders.

Every callback of the client becomes an event in one list. A request remembers how long the list was, then waits for its
answer behind that mark: the callback it is documented to cause, or the error with its documented code. What has no answer
is followed by a request that has one: whatever the gateway had to say to it has then been said.
"""

import inspect
import itertools
import threading
import time
from decimal import Decimal

from ibapi.client import EClient
from ibapi.contract import Contract
from ibapi.order import Order
from ibapi.wrapper import EWrapper

from checks import NOTED, PATIENCE, Failed

# Methods of the client that ask nothing of the gateway.
LOCAL = {
    "reset", "setConnState", "sendMsg", "sendMsgProtoBuf", "logRequest", "validateInvalidSymbols", "checkConnected",
    "useProtoBuf", "connect", "disconnect", "isConnected", "keyboardInterrupt", "keyboardInterruptHard", "msgLoopTmo",
    "msgLoopRec", "run", "serverVersion", "twsConnectionTime", "setConnectOptions", "setConnectionOptions",
    "setOptionalCapabilities", "validateOrderParameters", "validateAttachedOrdersParameters",
}  # fmt: skip


class Event:
    """One callback, its arguments as attributes."""

    def __init__(self, name, arguments):
        self.name = name
        self.__dict__.update(arguments)

    def __repr__(self):
        return f"{self.name}({', '.join(f'{k}={v}' for k, v in vars(self).items() if k != 'name')})"


class Client(EWrapper, EClient):
    """The client as it comes, its callbacks collected and its calls counted."""

    def __init__(self):
        EClient.__init__(self, self)
        self.events = []
        self.news = threading.Condition()
        self.called = set()


def collect(name, original):
    signature = inspect.signature(original)

    def callback(self, *args, **kwargs):
        arguments = dict(signature.bind(self, *args, **kwargs).arguments)
        arguments.pop("self")
        with self.news:
            self.events.append(Event(name, arguments))
            self.news.notify_all()

    return callback


def count(name, original):
    def method(self, *args, **kwargs):
        self.called.add(name)
        return original(self, *args, **kwargs)

    return method


def public(owner):
    return {name: f for name, f in vars(owner).items() if inspect.isfunction(f) and not name.startswith("_")}


REQUESTS = {name for name in public(EClient) if name not in LOCAL}
for name, function in public(EWrapper).items():
    if name != "logAnswer":
        setattr(Client, name, collect(name, function))
for name in REQUESTS:
    setattr(Client, name, count(name, getattr(EClient, name)))


def stock(symbol="AAPL"):
    contract = Contract()
    contract.symbol, contract.secType, contract.exchange, contract.currency = symbol, "STK", "SMART", "USD"
    return contract


def option(day, strike=0.0, right="C"):
    contract = stock()
    contract.secType, contract.lastTradeDateOrContractMonth = "OPT", day
    contract.strike, contract.right = strike, right
    return contract


def order(action, kind, quantity, limit=None, aux=None, **more):
    made = Order()
    made.action, made.orderType, made.totalQuantity = action, kind, Decimal(quantity)
    if limit is not None:
        made.lmtPrice = limit
    if aux is not None:
        made.auxPrice = aux
    # Old clients preset these two, which no gateway takes any more.
    made.eTradeOnly, made.firmQuoteOnly = False, False
    for field, value in more.items():
        if not hasattr(made, field):
            raise Failed(f"an order has no field {field}")
        setattr(made, field, value)
    return made


class Session:
    """One connection and what is done over it."""

    def __init__(self, checks, dialect):
        self.checks = checks
        self.dialect = dialect
        self.client = Client()
        self.req_ids = itertools.count(9001)
        self.account = None
        self.next_order_id = None

    # waiting

    def mark(self):
        return len(self.client.events)

    def find(self, since, wanted, what):
        """The first event behind the mark that `wanted` takes."""
        until = time.monotonic() + PATIENCE
        seen = since
        with self.client.news:
            while True:
                for event in self.client.events[seen:]:
                    if wanted(event):
                        return event
                    if event.name == "connectionClosed" and what != "the end":
                        raise Failed(f"the connection ended while waiting for {what}")
                seen = len(self.client.events)
                left = until - time.monotonic()
                if left <= 0 or not self.client.news.wait(left):
                    tail = [repr(event)[:200] for event in self.client.events[since:][-8:]]
                    raise Failed(f"no {what} within {PATIENCE:.0f} s; since then: {tail}")

    def answer(self, since, req_id, name, **fields):
        """The callback `name` for a request; an error on its id in its place ends the script."""

        def wanted(event):
            if event.name == "error" and event.reqId == req_id and req_id != -1:
                raise Failed(f"error {event.errorCode} in place of {name}: {event.errorString}")
            if event.name != name:
                return False
            ids = [getattr(event, key) for key in ("reqId", "tickerId", "requestId", "orderId") if hasattr(event, key)]
            mine = req_id == -1 or not ids or ids[0] == req_id
            return mine and all(getattr(event, key) == value for key, value in fields.items())

        return self.find(since, wanted, f"{name} {fields or ''}")

    def error(self, since, req_id, code):
        """The error `code` on an id; another error there ends the script."""
        found = self.find(since, lambda e: e.name == "error" and e.reqId == req_id, f"error {code} on id {req_id}")
        if found.errorCode != code:
            raise Failed(f"error {found.errorCode} ({found.errorString}) on id {req_id}, not {code}")
        return found

    def all(self, since, name, **fields):
        events = self.client.events[since:]
        return [e for e in events if e.name == name and all(getattr(e, k) == v for k, v in fields.items())]

    def settle(self):
        """Waits until the gateway has answered everything up to here."""
        since = self.mark()
        self.client.reqCurrentTime()
        return self.answer(since, -1, "currentTime")

    # the connection

    def connect(self, port, client_id=1):
        begun = time.perf_counter()
        self.client.connect("127.0.0.1", port, client_id)
        self.checks.ok("the connection stands", self.client.isConnected())
        threading.Thread(target=self.client.run, daemon=True).start()
        self.account = self.answer(0, -1, "managedAccounts").accountsList
        self.next_order_id = self.answer(0, -1, "nextValidId").orderId
        took = round((time.perf_counter() - begun) * 1000)
        self.checks.ok("the account is a paper account", self.account.startswith("DU"), self.account)
        self.checks.same("the first order id", self.next_order_id, 1)
        for code in (2104, 2106, 2158):
            self.find(0, lambda e, code=code: e.name == "error" and e.errorCode == code, f"notice {code}")
        self.checks.answered("startApi")
        return took

    def new_id(self):
        self.next_order_id += 1
        return self.next_order_id - 1

    # requests

    def ask(self, method, name, *args, without_id=False):
        """Makes a request and returns its id and its answer, the callback `name`."""
        since, req_id = self.mark(), -1 if without_id else next(self.req_ids)
        getattr(self.client, method)(*(() if without_id else (req_id,)), *args)
        event = self.answer(since, req_id, name)
        return req_id, since, event

    def refused(self, method, code, *args, without_id=False, request=None):
        """Makes a request that is refused with `code`."""
        since, req_id = self.mark(), -1 if without_id else next(self.req_ids)
        getattr(self.client, method)(*(() if without_id else (req_id,)), *args)
        self.error(since, req_id, code)
        self.checks.answered(request or method, f"error {code}")

    def noted(self, method, *args):
        """Makes a request that has no answer: nothing goes wrong, and the gateway goes on answering."""
        since = self.mark()
        getattr(self.client, method)(*args)
        self.settle()
        wrong = [e for e in self.all(since, "error") if not 2100 <= e.errorCode < 2200]
        self.checks.ok(f"{method} is taken without a word", not wrong, wrong or "")
        self.checks.answered(method, NOTED)


def touch(s):
    since, req_id = s.line
    s.answer(since, req_id, "tickPrice", tickType=2)
    s.answer(since, req_id, "tickPrice", tickType=1)
    ticks = {e.tickType: e.price for e in s.all(since, "tickPrice", reqId=req_id)}
    return ticks[1], ticks[2]


class Held:
    """An order of the script: its id, and the mark behind which its events lie."""

    def __init__(self, s, contract, made, since=None):
        self.s, self.id, self.since = s, s.new_id(), s.mark() if since is None else since
        self.contract, self.made = contract, made
        s.client.placeOrder(self.id, contract, made)

    def again(self, **changes):
        self.since = self.s.mark()
        for field, value in changes.items():
            setattr(self.made, field, value)
        self.s.client.placeOrder(self.id, self.contract, self.made)

    def is_now(self, *statuses, failing=True):
        def wanted(e):
            if failing and e.name == "error" and e.reqId == self.id and not (e.errorCode in (202, 399) or 2100 <= e.errorCode < 2200):
                raise Failed(f"error {e.errorCode} on order {self.id}: {e.errorString}")
            return e.name == "orderStatus" and e.orderId == self.id and e.status in statuses

        return self.s.find(self.since, wanted, f"status {' or '.join(statuses)} of order {self.id}")

    def opened(self, **fields):
        def wanted(e):
            return e.name == "openOrder" and e.orderId == self.id and all(getattr(e.order, k) == v for k, v in fields.items())

        return self.s.find(self.since, wanted, f"openOrder {self.id} {fields or ''}")

    def cancel(self):
        self.s.client.cancelOrder(self.id, self.s.dialect.cancel())

    def executions(self):
        return [e for e in self.s.all(self.since, "execDetails") if e.execution.orderId == self.id]

    def commission(self, execution):
        reply = self.s.dialect.commission
        report = self.s.find(
            self.since, lambda e: e.name == reply and getattr(e, reply).execId == execution.execId, f"commission of {execution.execId}"
        )
        return getattr(report, reply)
