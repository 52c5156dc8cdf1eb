// @stoqey/ib 1.6.10: every request of `IBApi` once, and orders through their whole lives.
//
// Every event becomes an entry in one list. A request remembers how long the list was and waits for its answer behind that
// mark: the event it is documented to cause, or the error with its documented code. What has no answer is followed by a
// request that has one: whatever the gateway had to say to it has then been said.

import { createRequire } from "node:module";
import { writeFileSync } from "node:fs";
import path from "node:path";

const require = createRequire(path.join(process.env.INTEROP_MODULES, "package.json"));
const { IBApi, EventName } = require("@stoqey/ib");

// A deadline that only a defect reaches.
const PATIENCE = 20_000;
const SERVED = "served";
const EMPTY = "served, with nothing to tell";
const NOTED = "taken note of";
// Methods that ask nothing of the gateway.
const LOCAL = new Set(["constructor", "connect", "disconnect", "disableUseV100Plus"]);
const UNSET = 1e300;

const port = Number(process.argv[2]);
const ib = new IBApi({ host: "127.0.0.1", port, maxReqPerSec: 1000 });
const events = [];
const waiting = new Set();
const called = new Set();
const answers = {};
let checks = 0;

class Failed extends Error {}

ib.on(EventName.all, (name, args) => {
  if (name === EventName.sent || name === EventName.received || name === EventName.result) return;
  events.push({ name, args: [...args] });
  for (const look of [...waiting]) look();
});

const REQUESTS = Object.entries(Object.getOwnPropertyDescriptors(IBApi.prototype))
  .filter(([name, property]) => typeof property.value === "function" && !LOCAL.has(name))
  .map(([name]) => name);
for (const name of REQUESTS) {
  const original = ib[name].bind(ib);
  ib[name] = (...args) => {
    called.add(name);
    return original(...args);
  };
}

function ok(what, holds, detail = "") {
  const shown = detail === "" ? "" : `: ${typeof detail === "string" ? detail : JSON.stringify(detail)}`;
  if (!holds) throw new Failed(`${what}${shown}`);
  checks += 1;
  console.log(`   ok ${what}${shown}`);
}

function same(what, found, wanted) {
  const equal = JSON.stringify(found) === JSON.stringify(wanted);
  ok(what, equal, equal ? JSON.stringify(found) : `${JSON.stringify(found)}, not ${JSON.stringify(wanted)}`);
}

function near(what, found, wanted, within = 0.011) {
  ok(what, Math.abs(Number(found) - Number(wanted)) <= within, `${found} ~ ${wanted}`);
}

function answered(request, answer = SERVED) {
  answers[request] ??= answer;
  same(`${request} is answered`, answers[request], answer);
}

function saneBars(what, bars, least = 1) {
  const times = bars.map((bar) => bar.time);
  ok(`${what} come in order`, bars.length >= least && times.every((t, i) => i === 0 || times[i - 1] < t), bars.length);
  const odd = bars.filter(
    (b) => !(0 < b.low && b.low <= Math.min(b.open, b.close) && Math.max(b.open, b.close) <= b.high && b.volume !== 0),
  );
  ok(`${what} have high and low around open and close`, odd.length === 0, odd[0] ?? "");
}

// Waits for the first event behind the mark that `wanted` takes; it may throw.
function find(since, wanted, what) {
  return new Promise((resolve, reject) => {
    let seen = since;
    const done = (settle, value) => {
      clearTimeout(timer);
      waiting.delete(look);
      settle(value);
    };
    const look = () => {
      try {
        for (; seen < events.length; seen += 1) {
          if (wanted(events[seen])) return done(resolve, events[seen]);
          if (events[seen].name === EventName.disconnected) throw new Failed(`the connection ended while waiting for ${what}`);
        }
      } catch (error) {
        done(reject, error);
      }
    };
    const timer = setTimeout(() => {
      const tail = events.slice(since).slice(-8).map((e) => `${e.name}(${e.args.map(String).join(", ")})`.slice(0, 160));
      done(reject, new Failed(`no ${what} within ${PATIENCE / 1000} s; since then: ${tail.join("; ")}`));
    }, PATIENCE);
    waiting.add(look);
    look();
  });
}

const mark = () => events.length;
const all = (since, name, test = () => true) => events.slice(since).filter((e) => e.name === name && test(e.args)).map((e) => e.args);
const isError = (event) => event.name === EventName.error;
const isWarning = (code) => code >= 2100 && code < 2200;

// The event `name` for a request; an error on its id in its place ends the script. One End has its id as a text here.
function answer(since, reqId, name, test = () => true) {
  return find(
    since,
    (e) => {
      if (isError(e) && reqId !== -1 && e.args[2] === reqId && !isWarning(e.args[1]))
        throw new Failed(`error ${e.args[1]} in place of ${name}: ${e.args[0].message}`);
      return e.name === name && (reqId === -1 || Number(e.args[0]) === reqId) && test(e.args);
    },
    name,
  ).then((e) => e.args);
}

async function error(since, id, code) {
  const found = await find(since, (e) => isError(e) && e.args[2] === id && !isWarning(e.args[1]), `error ${code} on id ${id}`);
  if (found.args[1] !== code) throw new Failed(`error ${found.args[1]} (${found.args[0].message}) on id ${id}, not ${code}`);
}

let nextReqId = 9001;
const newReq = () => nextReqId++;

async function ask(method, name, ...args) {
  const since = mark();
  const reqId = newReq();
  ib[method](reqId, ...args);
  return { reqId, since, found: await answer(since, reqId, name) };
}

async function askAll(method, name, ...args) {
  const since = mark();
  ib[method](...args);
  return { since, found: await answer(since, -1, name) };
}

async function refused(method, code, request, ...args) {
  const since = mark();
  const reqId = newReq();
  ib[method](reqId, ...args);
  await error(since, reqId, code);
  answered(request, `error ${code}`);
}

async function noted(method, ...args) {
  const since = mark();
  ib[method](...args);
  await askAll("reqCurrentTime", EventName.currentTime);
  const wrong = all(since, EventName.error, (a) => !isWarning(a[1])).map((a) => `${a[1]} ${a[0].message}`);
  same(`${method} is taken without a word`, wrong, []);
  // Two cancels are called otherwise here than in IB's own client.
  const names = { reqCancelWshMetaData: "cancelWshMetaData", reqCancelWshEventData: "cancelWshEventData",
                  cancelHeadTimestamp: "cancelHeadTimeStamp" };
  answered(names[method] ?? method, NOTED);
}

const stock = (symbol = "AAPL") => ({ symbol, secType: "STK", exchange: "SMART", currency: "USD" });
const cents = (price) => Math.round(price * 100) / 100;

let nextOrderId;
class Held {
  constructor(contract, made, since = mark()) {
    this.id = nextOrderId++;
    this.since = since;
    this.contract = contract;
    this.made = { transmit: true, ...made };
    ib.placeOrder(this.id, contract, this.made);
  }
  again(changes) {
    this.since = mark();
    Object.assign(this.made, changes);
    ib.placeOrder(this.id, this.contract, this.made);
  }
  isNow(statuses, failing = true) {
    return find(
      this.since,
      (e) => {
        if (failing && isError(e) && e.args[2] === this.id && ![202, 399].includes(e.args[1]) && !isWarning(e.args[1]))
          throw new Failed(`error ${e.args[1]} on order ${this.id}: ${e.args[0].message}`);
        return e.name === EventName.orderStatus && e.args[0] === this.id && statuses.includes(e.args[1]);
      },
      `status ${statuses.join(" or ")} of order ${this.id}`,
    ).then(({ args: [id, status, filled, remaining, price, permId] }) => ({ id, status, filled, remaining, price, permId }));
  }
  async opened(test = () => true) {
    const [, , order, state] = await answer(this.since, this.id, EventName.openOrder, (a) => test(a[2]));
    return { order, state };
  }
  executions() {
    return all(this.since, EventName.execDetails, (a) => a[2].orderId === this.id).map((a) => a[2]);
  }
  async commission(execution) {
    const event = await find(
      this.since,
      (e) => e.name === EventName.commissionReport && e.args[0].execId === execution.execId,
      `commission of ${execution.execId}`,
    );
    return event.args[0];
  }
}

const order = (action, orderType, totalQuantity, fields = {}) => ({ action, orderType, totalQuantity, ...fields });
let account;
let line;

async function connect() {
  const begun = performance.now();
  ib.connect(1);
  [account] = await answer(0, -1, EventName.managedAccounts);
  [nextOrderId] = await answer(0, -1, EventName.nextValidId);
  const took = Math.round(performance.now() - begun);
  ok("the account is a paper account", account.startsWith("DU"), account);
  same("the first order id", nextOrderId, 1);
  same("the version agreed on", ib.serverVersion, 178);
  answered("startApi");
  return took;
}

async function reference() {
  const now = (await askAll("reqCurrentTime", EventName.currentTime)).found[0];
  ok("the gateway's clock is this machine's", Math.abs(now - Date.now() / 1000) < 5, now);
  answered("reqCurrentTime");
  same("the next order id", (await askAll("reqIds", EventName.nextValidId, 1)).found[0], nextOrderId);
  answered("reqIds");
  same("the account again", (await askAll("reqManagedAccts", EventName.managedAccounts)).found[0], account);
  answered("reqManagedAccts");
  await noted("setServerLogLevel", 2);
  const { reqId, since } = await ask("reqContractDetails", EventName.contractDetailsEnd, stock());
  const [[, details]] = all(since, EventName.contractDetails, (a) => a[0] === reqId);
  same("the contract id", details.contract.conId, 265598);
  ok("the long name", details.longName.includes("APPLE"), details.longName);
  near("the minimum tick", details.minTick, 0.01, 0);
  answered("reqContractDetails");
  await refused("reqContractDetails", 200, "reqContractDetails of an unknown contract", stock("ZZZZ"));
  const samples = (await ask("reqMatchingSymbols", EventName.symbolSamples, "appl")).found[1];
  ok("matching symbols", samples.some((d) => d.contract.conId === 265598), samples.length);
  answered("reqMatchingSymbols");
  const [, rungs] = (await askAll("reqMarketRule", EventName.marketRule, Number(details.marketRuleIds.split(",")[0]))).found;
  same("the ladder of the market rule", [rungs.at(-1).lowEdge, rungs.at(-1).increment], [1, 0.01]);
  answered("reqMarketRule");
  const [codes] = (await askAll("reqFamilyCodes", EventName.familyCodes)).found;
  same("the family has an account", codes.length, 1);
  answered("reqFamilyCodes");
  same("no white branding", (await ask("reqUserInfo", EventName.userInfo)).found[1], "");
  answered("reqUserInfo");
  const [xml] = (await askAll("reqScannerParameters", EventName.scannerParameters)).found;
  ok("scanner parameters are XML", xml.startsWith("<"));
  answered("reqScannerParameters", EMPTY);
  same("soft dollar tiers", (await ask("reqSoftDollarTiers", EventName.softDollarTiers)).found[1], []);
  answered("reqSoftDollarTiers", EMPTY);
  same("exchanges with depth", (await askAll("reqMktDepthExchanges", EventName.mktDepthExchanges)).found[0], []);
  answered("reqMktDepthExchanges", EMPTY);
  same("news providers", (await askAll("reqNewsProviders", EventName.newsProviders)).found[0], []);
  answered("reqNewsProviders", EMPTY);
  same("smart components", (await ask("reqSmartComponents", EventName.smartComponents, "a6")).found[1].size, 0);
  answered("reqSmartComponents", EMPTY);
  await options();
}

let option;
// A chain, one of its options, and what it is worth.
async function options() {
  const end = EventName.securityDefinitionOptionParameterEnd;
  const chain = await ask("reqSecDefOptParams", end, "AAPL", "", "STK", 265598);
  const chains = all(chain.since, EventName.securityDefinitionOptionParameter, (a) => a[0] === chain.reqId);
  const [smart] = chains.filter((a) => a[1] === "SMART");
  same("the chain's class and multiplier", [smart[3], `${smart[4]}`], ["AAPL", "100"]);
  ok("expirations and strikes", smart[5].length > 5 && smart[6].length > 40, smart[6].length);
  answered("reqSecDefOptParams");
  const partial = { ...stock(), secType: "OPT", lastTradeDateOrContractMonth: [...smart[5]].sort()[3], right: "C" };
  const asked = await ask("reqContractDetails", EventName.contractDetailsEnd, partial);
  const found = all(asked.since, EventName.contractDetails, (a) => a[0] === asked.reqId).map((a) => a[1]);
  found.sort((a, b) => a.contract.strike - b.contract.strike);
  const middle = found[Math.floor(found.length / 2)];
  same("what it is on", [middle.underConId, `${middle.contract.multiplier}`], [265598, "100"]);
  option = middle.contract;
  const worth = EventName.tickOptionComputation;
  const [, , , , delta, price] = (await ask("calculateOptionPrice", worth, option, 0.3, option.strike)).found;
  ok("a price and a delta", price > 0 && delta > 0.4 && delta < 0.7, `${price} ${delta}`);
  answered("calculateOptionPrice");
  const [, , , vol] = (await ask("calculateImpliedVolatility", worth, option, price, option.strike)).found;
  ok("the volatility of that price", Math.abs(vol - 0.3) < 0.001, vol);
  answered("calculateImpliedVolatility");
}

async function quotes() {
  await noted("reqMarketDataType", 1);
  line = { since: mark(), reqId: newReq() };
  ib.reqMktData(line.reqId, stock(), "233,236,165", false, false);
  await answer(line.since, line.reqId, EventName.tickReqParams);
  same("the market data type", (await answer(line.since, line.reqId, EventName.marketDataType))[1], 1);
  const { bid, ask: offer } = await touch();
  ok("bid below ask", 0 < bid && bid < offer && offer < bid * 1.01, `${bid} ${offer}`);
  for (const size of [0, 3]) {
    const [, , shown] = await answer(line.since, line.reqId, EventName.tickSize, (a) => a[1] === size);
    ok(`the size of tick type ${size}`, shown > 0, shown);
  }
  const price = async (type) => (await answer(line.since, line.reqId, EventName.tickPrice, (a) => a[1] === type))[2];
  const [low, last, high, close] = [await price(7), await price(4), await price(6), await price(9)];
  ok("low ≤ last ≤ high", 0 < low && low <= last && last <= high, `${low} ${last} ${high}`);
  ok("yesterday's close is near", Math.abs(close - last) < last * 0.2, close);
  answered("reqMktData");
  const { reqId, since } = await ask("reqMktData", EventName.tickSnapshotEnd, stock("SPY"), "", true, false);
  const ticks = Object.fromEntries(all(since, EventName.tickPrice, (a) => a[0] === reqId).map((a) => [a[1], a[2]]));
  ok("a snapshot has bid and ask", 0 < ticks[1] && ticks[1] < ticks[2], `${ticks[1]} ${ticks[2]}`);
  answered("reqMktData of a snapshot");
  await refused("reqMktData", 200, "reqMktData of an unknown contract", stock("ZZZZ"), "", false, false);
  await noted("cancelMktData", (await ask("reqMktData", EventName.marketDataType, stock("MSFT"), "", false, false)).reqId);
}

async function touch() {
  const latest = async (type) => {
    await answer(line.since, line.reqId, EventName.tickPrice, (a) => a[1] === type);
    return all(line.since, EventName.tickPrice, (a) => a[0] === line.reqId && a[1] === type).at(-1)[2];
  };
  return { bid: await latest(1), ask: await latest(2) };
}

const bar = ([, time, open, high, low, close, volume]) => ({ time, open, high, low, close, volume });

// The client marks the end of the bars by one more that has no prices.
async function bars(...args) {
  const since = mark();
  const reqId = newReq();
  ib.reqHistoricalData(reqId, stock(), "", ...args);
  await answer(since, reqId, EventName.historicalData, (a) => a[1].startsWith("finished"));
  return { reqId, since, found: all(since, EventName.historicalData, (a) => a[0] === reqId).slice(0, -1).map(bar) };
}

async function history() {
  for (const [what, duration, size, shown, least] of [
    ["1 min bars", "1800 S", "1 min", "TRADES", 25],
    ["5 min midpoints", "1 D", "5 mins", "MIDPOINT", 50],
    ["hours", "2 D", "1 hour", "TRADES", 10],
    ["days", "1 M", "1 day", "TRADES", 18],
  ]) {
    saneBars(what, (await bars(duration, size, shown, 0, 2, false)).found, least);
  }
  answered("reqHistoricalData");
  await refused("reqHistoricalData", 162, "reqHistoricalData of what is not there", stock(), "", "1 D", "1 hour",
                "OPTION_IMPLIED_VOLATILITY", 1, 2, false);
  const kept = await bars("300 S", "5 secs", "TRADES", 0, 2, true);
  const update = bar(await answer(kept.since, kept.reqId, EventName.historicalDataUpdate));
  ok("kept bars go on from the last", update.time >= kept.found.at(-1).time, update.time);
  saneBars("updates", [update]);
  answered("reqHistoricalData kept up to date");
  await noted("cancelHistoricalData", kept.reqId);
  const schedule = await ask("reqHistoricalData", EventName.historicalSchedule, stock(), "", "5 D", "1 day", "SCHEDULE", 1, 2, false);
  ok("a schedule has sessions", schedule.found[4].length >= 3, schedule.found[3]);
  answered("reqHistoricalData of the schedule");
  const head = await ask("reqHeadTimestamp", EventName.headTimestamp, stock(), "TRADES", true, 2);
  ok("the head of the data is long ago", Number(head.found[1]) < Date.now() / 1000 - 20 * 365 * 86400, head.found[1]);
  answered("reqHeadTimeStamp");
  await noted("cancelHeadTimestamp", head.reqId);
  const histogram = await ask("reqHistogramData", EventName.histogramData, stock(), false, 3, "DAY");
  ok("a histogram has sizes at prices", histogram.found[1].length > 10 && histogram.found[1].every((x) => x.size > 0), histogram.found[1].length);
  answered("reqHistogramData");
  await noted("cancelHistogramData", histogram.reqId);
  const live = await ask("reqRealTimeBars", EventName.realtimeBar, stock(), 5, "TRADES", false);
  saneBars("five-second bars", [bar(live.found)]);
  answered("reqRealTimeBars");
  await noted("cancelRealTimeBars", live.reqId);
}

async function groups() {
  same("the display groups", (await ask("queryDisplayGroups", EventName.displayGroupList)).found[1], "1|2|3|4|5|6|7");
  answered("queryDisplayGroups");
  const { reqId, since, found } = await ask("subscribeToGroupEvents", EventName.displayGroupUpdated, 1);
  same("a group begins empty", found[1], "none");
  answered("subscribeToGroupEvents");
  ib.updateDisplayGroup(reqId, "265598@SMART");
  await answer(since, reqId, EventName.displayGroupUpdated, (a) => a[1] === "265598@SMART");
  answered("updateDisplayGroup");
  await noted("unsubscribeFromGroupEvents", reqId);
}

const SUMMARY = "NetLiquidation,TotalCashValue,BuyingPower,GrossPositionValue,InitMarginReq,MaintMarginReq,ExcessLiquidity";

async function summary(tags = SUMMARY) {
  const { reqId, since } = await ask("reqAccountSummary", EventName.accountSummaryEnd, "All", tags);
  const rows = all(since, EventName.accountSummary, (a) => a[0] === reqId);
  await noted("cancelAccountSummary", reqId);
  return rows.map(([, , tag, value, currency]) => ({ tag, value: Number(value), currency }));
}

async function accounts() {
  const rows = Object.fromEntries((await summary()).map((row) => [row.tag, row.value]));
  same("the tags of the summary", Object.keys(rows).sort(), SUMMARY.split(",").sort());
  near("net liquidation is the cash", rows.NetLiquidation, rows.TotalCashValue);
  answered("reqAccountSummary");
  for (const tags of ["$LEDGER", "$LEDGER:USD", "$LEDGER:ALL"]) {
    const cash = (await summary(tags)).filter((row) => row.tag === "TotalCashBalance");
    ok(`${tags} tells the cash`, cash.length > 0 && cash.every((row) => row.value > 0), cash.map((row) => row.currency));
  }
  const since = mark();
  ib.reqAccountUpdates(true, account);
  await answer(since, -1, EventName.accountDownloadEnd);
  const values = Object.fromEntries(all(since, EventName.updateAccountValue).map(([key, value, currency]) => [`${key} ${currency}`, value]));
  near("the account values agree", values["NetLiquidation USD"], values["TotalCashValue USD"]);
  ok("they have the time", /^\d\d:\d\d$/.test((await answer(since, -1, EventName.updateAccountTime))[0]));
  answered("reqAccountUpdates");
  const multi = await ask("reqAccountUpdatesMulti", EventName.accountUpdateMultiEnd, account, "", false);
  ok("values of several accounts", all(multi.since, EventName.accountUpdateMulti, (a) => a[0] === multi.reqId).length > 20);
  answered("reqAccountUpdatesMulti");
  await noted("cancelAccountUpdatesMulti", multi.reqId);
  same("no position yet", all((await askAll("reqPositions", EventName.positionEnd)).since, EventName.position), []);
  answered("reqPositions");
  const held = await ask("reqPositionsMulti", EventName.positionMultiEnd, account, "");
  same("no position of several accounts", all(held.since, EventName.positionMulti), []);
  answered("reqPositionsMulti");
  await noted("cancelPositionsMulti", held.reqId);
  const profit = await ask("reqPnL", EventName.pnl, account, "");
  near("no profit yet", profit.found[1], 0);
  answered("reqPnL");
  await noted("cancelPnL", profit.reqId);
}

async function restChangeFill() {
  let { bid, ask: offer } = await touch();
  const far = cents(bid * 0.9);
  const held = new Held(stock(), order("BUY", "LMT", 10, { lmtPrice: far, tif: "GTC", orderRef: "interop" }));
  const working = await held.isNow(["Submitted"]);
  same("a resting order is whole", [working.filled, working.remaining], [0, 10]);
  const shown = (await held.opened()).order;
  same("it comes back as sent", [shown.lmtPrice, shown.tif, shown.orderRef], [far, "GTC", "interop"]);
  ok("it has a permanent id", working.permId > 0 && shown.permId === working.permId, working.permId);
  for (const method of ["reqOpenOrders", "reqAllOpenOrders"]) {
    const { since } = await askAll(method, EventName.openOrderEnd);
    same("it is the open order", all(since, EventName.openOrder).map((a) => a[0]), [held.id]);
    answered(method);
  }
  held.again({ lmtPrice: cents(bid * 0.91), totalQuantity: 20 });
  same("a change is shown", (await held.opened((o) => o.lmtPrice === cents(bid * 0.91))).order.totalQuantity, 20);
  ({ bid, ask: offer } = await touch());
  const limit = cents(offer * 1.005);
  held.again({ lmtPrice: limit });
  const full = await held.isNow(["Filled"]);
  same("it fills whole", [full.filled, full.remaining], [20, 0]);
  ok("it fills at the market", bid * 0.99 < full.price && full.price <= limit, `${full.price} between ${bid} and ${limit}`);
  const fills = held.executions();
  same("its executions are its size", fills.reduce((sum, fill) => sum + fill.shares, 0), 20);
  let cost = 0;
  for (const fill of fills) cost += (await held.commission(fill)).commission;
  near("the commission is IBKR Pro's minimum", cost, 1);
  answered("placeOrder");
  const position = await answer(held.since, -1, EventName.position, (a) => a[1].conId === 265598 && a[2] === 20);
  near("its cost holds the commission", position[3], full.price + cost / 20, 0.001);
  const item = await answer(held.since, -1, EventName.updatePortfolio, (a) => a[1] === 20);
  near("its value is its price times its size", item[3], item[2] * 20, 0.02);
  const rows = Object.fromEntries((await summary()).map((row) => [row.tag, row.value]));
  near("net liquidation is cash and position", rows.NetLiquidation, rows.TotalCashValue + rows.GrossPositionValue, 0.02);
  const single = await ask("reqPnLSingle", EventName.pnlSingle, account, "", 265598);
  same("profit is of the position", single.found[1], 20);
  answered("reqPnLSingle");
  await noted("cancelPnLSingle", single.reqId);
  const asked = await ask("reqExecutions", EventName.execDetailsEnd, {});
  const again = all(asked.since, EventName.execDetails, (a) => a[0] === asked.reqId).map((a) => a[2].execId);
  same("the executions are asked for again", again.sort(), fills.map((fill) => fill.execId).sort());
  answered("reqExecutions");
  const { since } = await askAll("reqCompletedOrders", EventName.completedOrdersEnd, false);
  same("the order is complete", all(since, EventName.completedOrder).map((a) => [a[2].status, a[1].filledQuantity]), [["Filled", 20]]);
  answered("reqCompletedOrders");
}

async function cancelAndPart() {
  const { bid } = await touch();
  const held = new Held(stock(), order("BUY", "LMT", 10, { lmtPrice: cents(bid * 0.9) }));
  await held.isNow(["Submitted"]);
  ib.cancelOrder(held.id);
  const gone = await held.isNow(["Cancelled"]);
  same("a cancelled order is whole", [gone.filled, gone.remaining], [0, 10]);
  await error(held.since, held.id, 202);
  answered("cancelOrder");
  const large = new Held(stock(), order("BUY", "LMT", 4000, { lmtPrice: (await touch()).ask }));
  const part = (await answer(large.since, large.id, EventName.orderStatus, (a) => a[2] > 0)).slice(2, 4);
  ok("a large order fills in part", 0 < part[0] && part[0] < 4000 && part[0] + part[1] === 4000, part);
  ib.cancelOrder(large.id);
  const end = await large.isNow(["Cancelled"]);
  same("its executions are what was filled", large.executions().reduce((sum, fill) => sum + fill.shares, 0), end.filled);
  return 20 + end.filled;
}

async function refusals() {
  const no = async (code, request, made, contract = stock()) => {
    const held = new Held(contract, made);
    await error(held.since, held.id, code);
    answered(`placeOrder ${request}`, `error ${code}`);
  };
  await no(201, "beyond the funds", order("BUY", "MKT", 1_000_000));
  await no(110, "off the tick", order("BUY", "LMT", 10, { lmtPrice: 100.001 }));
  await no(321, "for an unknown account", order("BUY", "LMT", 10, { lmtPrice: 100, account: "DU9999999" }));
  await no(434, "of size zero", order("BUY", "LMT", 0, { lmtPrice: 100 }));
  await no(200, "of an unknown contract", order("BUY", "LMT", 10, { lmtPrice: 100 }), stock("ZZZZ"));
  await no(135, "under an unknown parent", order("SELL", "LMT", 10, { lmtPrice: 500, parentId: 99_999 }));
  [nextOrderId] = [Math.max(nextOrderId, (await askAll("reqIds", EventName.nextValidId, 1)).found[0])];
  for (const [id, code, request] of [
    [77_777, 10147, "cancelOrder of an unknown order"],
    [1, 10148, "cancelOrder of a filled order"],
  ]) {
    const since = mark();
    ib.cancelOrder(id);
    await error(since, id, code);
    answered(request, `error ${code}`);
  }
  const { bid, ask: offer } = await touch();
  const since = mark();
  ib.placeOrder(1, stock(), { ...order("BUY", "LMT", 10, { lmtPrice: cents(bid * 0.9) }), transmit: true });
  await error(since, 1, 104);
  answered("placeOrder changing a filled order", "error 104");
  const preview = new Held(stock(), order("BUY", "LMT", 100, { lmtPrice: offer, whatIf: true }));
  const { state } = await preview.opened();
  near("a preview's change is its difference", state.initMarginChange, state.initMarginAfter - state.initMarginBefore, 0.02);
  ok("it is about half the value", 40 * offer < state.initMarginChange && state.initMarginChange < 60 * offer, state.initMarginChange);
  ok("it tells the commission", [state.commission, state.minCommission].some((fee) => fee > 0 && fee < UNSET), state.commission ?? "");
  answered("placeOrder of a preview");
}

async function bracketAndGroup() {
  let { bid, ask: offer } = await touch();
  const since = mark();
  const parent = new Held(stock(), order("BUY", "LMT", 30, { lmtPrice: cents(bid * 0.9), transmit: false }), since);
  const exits = { parentId: parent.id };
  const profit = new Held(stock(), order("SELL", "LMT", 30, { lmtPrice: cents(offer * 1.1), transmit: false, ...exits }), since);
  const stop = new Held(stock(), order("SELL", "STP", 30, { auxPrice: cents(bid * 0.8), ...exits }), since);
  await parent.isNow(["Submitted"]);
  for (const child of [profit, stop]) {
    await child.isNow(["PreSubmitted"]);
    same("a child names its parent", (await child.opened()).order.parentId, parent.id);
  }
  parent.again({ lmtPrice: cents((await touch()).ask * 1.005), transmit: true });
  await parent.isNow(["Filled"]);
  await profit.isNow(["Submitted"]);
  // A child that changes may name its parent only while that works, as in TWS.
  profit.again({ lmtPrice: cents((await touch()).bid * 0.995), transmit: true, parentId: 0 });
  await profit.isNow(["Filled"]);
  await stop.isNow(["Cancelled"], false);
  answered("placeOrder of a bracket");
  ({ bid, ask: offer } = await touch());
  const oneOf = { ocaGroup: "interop-1", ocaType: 1 };
  const first = new Held(stock(), order("BUY", "LMT", 10, { lmtPrice: cents(bid * 0.9), ...oneOf }));
  const second = new Held(stock(), order("BUY", "LMT", 10, { lmtPrice: cents(bid * 0.89), ...oneOf }));
  await first.isNow(["Submitted"]);
  await second.isNow(["Submitted"]);
  same("it names its group", (await second.opened()).order.ocaGroup, "interop-1");
  first.again({ lmtPrice: cents((await touch()).ask * 1.005) });
  await first.isNow(["Filled"]);
  await second.isNow(["Cancelled"], false);
  answered("placeOrder of an OCA group");
}

async function triggers(shares) {
  const { bid } = await touch();
  const stop = new Held(stock(), order("SELL", "STP", 20, { auxPrice: cents(bid * 0.9), tif: "GTC" }));
  same("a stop waits", (await stop.isNow(["PreSubmitted"])).remaining, 20);
  stop.again({ auxPrice: cents((await touch()).ask * 1.002) });
  same("a stop that is touched fills", (await stop.isNow(["Filled"])).filled, 20);
  const close = new Held(stock(), order("SELL", "MKT", shares - 20 + 10));
  const gone = await close.isNow(["Filled"]);
  ok("a market order fills at the market", bid * 0.98 < gone.price && gone.price < bid * 1.02, gone.price);
  for (const fill of close.executions()) {
    ok("a sale realises a result", Math.abs((await close.commission(fill)).realizedPNL) < UNSET);
  }
  await answer(close.since, -1, EventName.position, (a) => a[2] === 0);
  ok("the position is flat", true);
  const kinds = {
    "STP LMT": { auxPrice: cents(bid * 0.9), lmtPrice: cents(bid * 0.89) },
    TRAIL: { trailingPercent: 5 },
    "TRAIL LIMIT": { auxPrice: 10, lmtPriceOffset: 0.1, trailStopPrice: cents(bid * 0.9) },
    MIT: { auxPrice: cents(bid * 1.1) },
    LIT: { auxPrice: cents(bid * 1.1), lmtPrice: cents(bid * 1.11) },
    MIDPRICE: { lmtPrice: cents(bid * 1.1) },
    REL: { lmtPrice: cents(bid * 1.1), auxPrice: 0 },
    "PEG MKT": { auxPrice: 5 },
    MOC: {},
    LOC: { lmtPrice: cents(bid * 1.1) },
  };
  const placed = [];
  for (const [kind, fields] of Object.entries(kinds)) {
    const sent = new Held(stock(), order("SELL", kind, 5, fields));
    same("a type comes back as sent", (await sent.opened()).order.orderType, kind);
    await sent.isNow(["PreSubmitted", "Submitted"]);
    answered(`placeOrder of type ${kind}`);
    placed.push(sent);
  }
  ib.reqGlobalCancel();
  for (const sent of placed) await sent.isNow(["Cancelled"], false);
  ok("all of them are cancelled at once", true, placed.length);
  answered("reqGlobalCancel");
}

async function unserved() {
  const scan = { numberOfRows: 10, instrument: "STK", locationCode: "STK.US.MAJOR", scanCode: "TOP_PERC_GAIN" };
  await refused("reqMktDepth", 10092, "reqMktDepth", stock(), 5, false);
  await noted("cancelMktDepth", newReq(), false);
  await refused("reqTickByTickData", 10189, "reqTickByTickData", stock(), "AllLast", 0, false);
  await noted("cancelTickByTickData", newReq());
  await refused("reqHistoricalTicks", 10187, "reqHistoricalTicks", stock(), "20240102 10:00:00", "", 10, "TRADES", 1, false);
  await refused("reqScannerSubscription", 162, "reqScannerSubscription", scan);
  await noted("cancelScannerSubscription", newReq());
  await refused("reqFundamentalData", 430, "reqFundamentalData", stock(), "ReportSnapshot");
  await noted("cancelFundamentalData", newReq());
  await refused("calculateImpliedVolatility", 322, "calculateImpliedVolatility of a share", stock(), 5, 230);
  await noted("cancelCalculateImpliedVolatility", newReq());
  await refused("calculateOptionPrice", 322, "calculateOptionPrice of a share", stock(), 0.3, 230);
  await noted("cancelCalculateOptionPrice", newReq());
  const unheld = "exerciseOptions of an option that is not held";
  await refused("exerciseOptions", 322, unheld, option, 1, 1, account, 0);
  await refused("reqNewsArticle", 10172, "reqNewsArticle", "BRFG", "BRFG$1");
  await refused("reqHistoricalNews", 10276, "reqHistoricalNews", 265598, "BRFG", "", "", 10);
  await refused("reqWshMetaData", 10279, "reqWshMetaData");
  await noted("reqCancelWshMetaData", newReq());
  await refused("reqWshEventData", 10283, "reqWshEventData", 265598);
  await noted("reqCancelWshEventData", newReq());
  await refused("replaceFA", 321, "replaceFA", 1, "<xml/>");
  for (const [method, code, value] of [["requestFA", 321, 1], ["reqAutoOpenOrders", 327, true]]) {
    const since = mark();
    ib[method](value);
    // What has no id is information to this client.
    await find(since, (e) => e.name === EventName.info && e.args[1] === code, `error ${code} without an id`);
    answered(method, `error ${code}`);
  }
  await noted("reqNewsBulletins", true);
  await noted("cancelNewsBulletins");
  await noted("cancelPositions");
  ib.reqAccountUpdates(false, account);
  await noted("cancelMktData", line.reqId);
}

async function main() {
  const took = await connect();
  for (const part of [reference, quotes, history, groups, accounts, restChangeFill]) await part();
  const shares = await cancelAndPart();
  await refusals();
  await bracketAndGroup();
  await triggers(shares);
  await unserved();
  same("every request of the client has been used", REQUESTS.filter((name) => !called.has(name)), []);
  ib.disconnect();
  const report = { version: 178, connect_ms: took, requests: REQUESTS.length, checks, answers };
  writeFileSync(process.env.INTEROP_REPORT, JSON.stringify(report));
}

main().then(
  () => process.exit(0),
  (failed) => {
    console.log(` FAIL ${failed instanceof Failed ? failed.message : failed.stack}`);
    process.exit(1);
  },
);
