//! What arms, what pauses, what disarms, and that nothing else does.

use proptest::prelude::*;

use super::*;

const IDLE: Duration = Duration::from_hours(1);
const SECOND: u64 = 1_000_000_000;

fn account(id: &str) -> AccountId {
    AccountId::new(id)
}

fn sec(n: u64) -> Stamp {
    Stamp::at(i64::try_from(n * SECOND).unwrap())
}

fn armed() -> Arming {
    let mut arming = Arming::default();
    arming.arm(account("U1234821"), IDLE, sec(0));
    arming
}

#[test]
fn a_session_starts_disarmed_and_nothing_but_arming_opens_it() {
    let mut a = Arming::default();
    assert_eq!(a.status(sec(0)), Status::Disarmed);
    a.touch(sec(1));
    a.link_gone(sec(2));
    assert_eq!(a.link_back(&account("U1234821"), sec(3)), None);
    assert_eq!(a.resume(sec(4)), None);
    assert_eq!((a.gate(Confirm::Armed), a.is_open(), a.due()), (Gate::Disarmed, false, None));
}

#[test]
fn keys_keep_it_armed_and_an_hour_without_one_ends_it() {
    let mut a = armed();
    assert_eq!(a.status(sec(8)), Status::Armed(Duration::from_secs(3_592)));
    a.touch(sec(1_000));
    assert_eq!((a.due(), a.expire(sec(4_599))), (Some(sec(4_600)), None));
    assert_eq!(a.expire(sec(4_600)), Some(End::Idle));
    assert_eq!(a.status(sec(4_600)), Status::Disarmed);
}

#[test]
fn a_link_that_is_back_within_a_minute_pauses_and_one_chord_resumes() {
    let mut a = armed();
    assert!(a.link_gone(sec(10)));
    assert!(!a.link_gone(sec(20)), "the next attempt is the same gap");
    assert_eq!(a.resume(sec(30)), None, "not while it is away");
    assert_eq!(a.expire(sec(70)), None, "a minute sharp");
    assert_eq!(a.link_back(&account("U1234821"), sec(70)), None);
    let pause = Pause { cause: Cause::Link, from: sec(10), until: Some(sec(70)) };
    assert_eq!((a.status(sec(80)), pause.lasted(sec(80))), (Status::Paused(pause), GAP_MAX));
    assert_eq!(a.resume(sec(80)), Some(pause));
    assert_eq!(a.gate(Confirm::Always), Gate::Asks);
}

#[test]
fn a_link_that_is_gone_for_longer_disarms_whether_it_comes_back_or_not() {
    let mut a = armed();
    a.link_gone(sec(10));
    assert_eq!(a.expire(sec(71)), Some(End::Link));
    let mut b = armed();
    b.link_gone(sec(10));
    assert_eq!(b.link_back(&account("U1234821"), sec(71)), Some(End::Link));
    assert_eq!((a.is_armed(), b.is_armed()), (false, false));
}

#[test]
fn another_account_disarms() {
    let mut a = armed();
    a.link_gone(sec(1));
    assert_eq!(a.link_back(&account("U7654821"), sec(2)), Some(End::Account), "the same last characters do not help");
}

#[test]
fn keys_that_nobody_could_see_are_counted_until_the_screen_is_back() {
    let mut a = armed();
    assert!(a.pause(Pause { cause: Cause::Screen, from: sec(5), until: None }));
    a.blind(sec(5), 40);
    for _ in 0..23 {
        a.drop_key();
    }
    assert_eq!(a.painted(39, sec(18)), None, "the frame that was stuck");
    assert_eq!(a.painted(40, sec(19)), Some(Unseen { lasted: Duration::from_secs(14), dropped: 23 }));
    assert!(!a.is_blind());
    assert!(matches!(a.status(sec(19)), Status::Paused(Pause { until: Some(_), .. })));
}

#[test]
fn clocks_that_part_mean_sleep() {
    let at = |wall: i64, mono: i64| Stamp { wall, mono };
    let s = i64::try_from(SECOND).unwrap();
    assert!(!is_jump(at(100 * s, s), at(160 * s, 61 * s)));
    assert!(!is_jump(at(100 * s, s), at(162 * s, 61 * s)), "drift");
    assert!(is_jump(at(100 * s, s), at(400 * s, 2 * s)), "the monotonic clock stood still");
    assert!(is_jump(at(100 * s, s), at(40 * s, 2 * s)), "the clock was set back");
    assert!(!is_jump(Stamp::default(), at(400 * s, 2 * s)), "the first message");
}

#[derive(Debug, Clone)]
enum Fact {
    Arm,
    Touch,
    Pause,
    Resume,
    Gone,
    Back(bool),
    Expire,
    Disarm,
}

fn fact() -> impl Strategy<Value = Fact> {
    prop_oneof![
        2 => Just(Fact::Arm),
        2 => Just(Fact::Touch),
        2 => Just(Fact::Pause),
        2 => Just(Fact::Resume),
        2 => Just(Fact::Gone),
        2 => any::<bool>().prop_map(Fact::Back),
        1 => Just(Fact::Expire),
        1 => Just(Fact::Disarm),
    ]
}

proptest! {
    /// A second, independent account of the rules: what opens the gate is the last arm with no end after it, and a resume
    /// after every pause, within the hour and the minute.
    #[test]
    fn the_gate_is_open_only_where_the_rules_say_so(steps in prop::collection::vec((fact(), 1u64..400), 1..40)) {
        let mine = account("U1234821");
        let mut a = Arming::default();
        let (mut now, mut open, mut armed, mut gone, mut touched) = (0u64, false, false, None::<u64>, 0u64);
        for (fact, seconds) in steps {
            now += seconds;
            // Time alone ends it, looked at or not; the desk looks when it is due.
            a.expire(sec(now));
            if armed && (now >= touched + 3_600 || gone.is_some_and(|from| now > from + 60)) {
                (armed, open) = (false, false);
            }
            match fact {
                Fact::Arm => { a.arm(mine.clone(), IDLE, sec(now)); (armed, open, touched) = (true, true, now); if gone.is_some() { a.link_gone(sec(now)); open = false; } }
                Fact::Touch => { a.touch(sec(now)); touched = now; }
                Fact::Pause => { a.pause(Pause { cause: Cause::Focus, from: sec(now), until: Some(sec(now)) }); open = false; }
                Fact::Resume => { a.resume(sec(now)); if gone.is_none() && armed { open = true; touched = now; } }
                Fact::Gone => { a.link_gone(sec(now)); gone.get_or_insert(now); open = false; }
                Fact::Back(same) => {
                    a.link_back(if same { &mine } else { &*Box::leak(Box::new(account("U9"))) }, sec(now));
                    let long = gone.take().is_some_and(|from| now > from + 60);
                    if !same || long { (armed, open) = (false, false); }
                }
                Fact::Expire => {}
                Fact::Disarm => { a.disarm(); (armed, open) = (false, false); }
            }
            prop_assert_eq!(a.is_armed(), armed);
            prop_assert_eq!(a.is_open(), open);
            prop_assert_eq!(a.gate(Confirm::Armed) == Gate::Sends, open);
        }
    }
}
