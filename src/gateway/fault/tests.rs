//! Scripts as they are read.

use super::*;
use crate::source::Source;

fn read(text: &str) -> Result<Script, Vec<String>> {
    let script = Script::read(&Source::new("night.faults", text));
    script.map_err(|problems| problems.0.iter().map(ToString::to_string).collect())
}

fn only(text: &str) -> Rule {
    let script = read(text).unwrap();
    let [rule] = &script.rules[..] else { panic!("one rule: {script:?}") };
    rule.clone()
}

const SECOND: Nanos = 1_000_000_000;

#[test]
fn every_form_of_when_is_read() {
    assert_eq!(only("at 1m30s do rst").when, When::Time(At::Since(90 * SECOND)));
    assert_eq!(only("at 23:45 do restart 20m").when, When::Time(At::Clock(85_500)));
    assert_eq!(only("at 23:45:10 do restart 20m").when, When::Time(At::Clock(85_510)));
    let when = |first, last, side| When::Message {
        message: Message::Call(Some(3)),
        first,
        last,
        from: None,
        until: None,
        side,
    };
    assert_eq!(only("at placeOrder do drop").when, when(1, u32::MAX, Side::Before));
    assert_eq!(only("at PLACEORDER#2 do drop").when, when(2, 2, Side::Before));
    assert_eq!(only("at placeOrder#2..4 do drop").when, when(2, 4, Side::Before));
    assert_eq!(only("after placeOrder#2.. do rst").when, when(2, u32::MAX, Side::After(0)));
    assert_eq!(only("5s after placeOrder#1 do rst").when, when(1, 1, Side::After(5 * SECOND)));
    let When::Message { message, from, until, .. } = only("at tickPrice from 10s until 16:00 do unset").when else {
        panic!("a message")
    };
    assert_eq!(
        (message, from, until),
        (Message::Callback(Some(1)), Some(At::Since(10 * SECOND)), Some(At::Clock(57_600)))
    );
}

#[test]
fn comments_blank_lines_seeds_and_clients_are_read() {
    let script = read("# a night\n\n  seed 7   # for corrupt\nclient 3 at frame#4 do corrupt length # why\n").unwrap();
    assert_eq!(script.seed, 7);
    assert_eq!(script.rules.len(), 1);
    assert_eq!(script.rules[0].client, Some(3));
    assert_eq!(script.rules[0].op, Op::Corrupt(Corruption::Length));
    let notice = only("at placeOrder#1 do notice 399 \"held # until 9:30\" on it x3").op;
    assert_eq!(notice, Op::Notice { code: 399, text: "held # until 9:30".into(), on_it: true, times: 3 });
}

#[test]
fn every_mistake_is_found_at_once_with_its_place_and_the_nearest_word() {
    let text = "\
at placeOrdr#1 do rst
at 10s dp rst
at 10s do rest
at placeOrder#0 do drop
  at 10s do mute
at 10s do mute 5x
at 10s do drop
at orderStatus#1 do fork_perm
at placeOrder#1 do unset
client 3 at 10s do restart 5s
at 25:00 do rst
at 10s do rst now
at 10s do notice 9999
at 10s do notice 1100 on it
at placeOrder#1 do reorder openOrder
at 10s do data_type delyed
clent 3 at 10s do rst
";
    let want = [
        "night.faults:1:4 \"placeOrdr\" where a time, a call or a callback of the API belongs, nearest placeOrder",
        "night.faults:2:8 \"dp\" where \"do\" belongs, nearest do",
        "night.faults:3:11 \"rest\" where what to do belongs, nearest rst",
        "night.faults:4:4 \"placeOrder#0\" where a count such as #3, #3..5 or #3.. belongs",
        "night.faults:5:17 how long is missing",
        "night.faults:6:16 \"5x\" where a span such as 250ms, 3s or 1m30s belongs",
        "night.faults:7:11 \"drop\" is done to a message, and needs \"at\" and its name",
        "night.faults:8:21 \"fork_perm\" is done to placeOrder",
        "night.faults:9:20 \"unset\" is done to callbacks, not to calls",
        "night.faults:10:1 \"restart\" befalls every client",
        "night.faults:11:4 \"25:00\" where a time, a call or a callback of the API belongs",
        "night.faults:12:15 \"now\" is too much here",
        "night.faults:13:18 code 9999 needs a text in quotes: none is known for it",
        "night.faults:14:11 \"notice\" has no message that it could be \"on it\" about",
        "night.faults:15:20 \"reorder\" waits for a message of the same direction: call and call, callback and callback",
        "night.faults:16:21 \"delyed\" where a type of market data belongs, nearest delayed",
        "night.faults:17:1 \"clent\" where \"at\" or \"after\" belongs, nearest client",
    ];
    let found = read(text).unwrap_err();
    pretty_assertions::assert_eq!(found, want);
}

#[test]
fn a_time_of_the_day_is_the_next_one_in_new_york() {
    // 2026-02-11 10:00:00 in New York.
    let start = 1_770_822_000 * SECOND;
    let hour = 3_600 * SECOND;
    assert_eq!(At::Clock(11 * 3_600).moment(start), start + hour);
    assert_eq!(At::Clock(9 * 3_600).moment(start), start + 23 * hour);
    assert_eq!(At::Since(5).moment(start), start + 5);
}

#[test]
fn hostile_scripts_are_refused_without_harm() {
    for text in [
        "\"",
        "at \"",
        "at # do",
        "after",
        "client",
        "client 99999999999 at 1s do rst",
        "seed -1",
        "at 1s do",
        "99999999999999999h after placeOrder do rst",
        "at frame#99999999999 do drop",
        "é at 1s do rst",
        "at 1s do notice 1 \"é",
    ] {
        assert!(read(text).is_err(), "{text}");
    }
}

#[test]
fn the_help_names_everything_that_a_rule_may_do() {
    for word in parse::OPS {
        assert!(HELP.contains(word), "{word}");
    }
    let example = HELP.lines().skip(2).take(6).collect::<Vec<_>>().join("\n");
    let read = Script::read(&Source::new("help", example));
    assert!(read.is_ok(), "{read:?}");
    let wrong = Script::read(&Source::new("f", "at 1s do ib_lost 10")).unwrap_err().to_string();
    assert_eq!(wrong, "f:1:18 \"10\" is no span of time: 10s, 10m");
}
