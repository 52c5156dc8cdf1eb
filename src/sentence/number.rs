//! Plain decimals, and what was probably meant by something that is none.

use rust_decimal::Decimal;

use crate::money::Qty;

/// A plain decimal above zero: ASCII digits, at most one point between digits.
pub(super) fn number(text: &str) -> Option<Decimal> {
    let (whole, fraction) = text.split_once('.').unwrap_or((text, "0"));
    if !digits(whole) || !digits(fraction) {
        return None;
    }
    Decimal::from_str_exact(text).ok().filter(|n| !n.is_zero())
}

/// A whole number above zero.
pub(super) fn whole(text: &str) -> Option<Qty> {
    digits(text).then(|| number(text).map(Qty))?
}

/// ASCII digits alone, at least one.
pub(super) fn digits(text: &str) -> bool {
    !text.is_empty() && text.bytes().all(|b| b.is_ascii_digit())
}

/// What was probably meant by something that is not a plain number: `1e3`, `1_000`, `1,000`, full-width digits, `.5`.
pub(super) fn number_meant(text: &str) -> Option<Decimal> {
    let narrow = |c: char| match c {
        '０'..='９' => u32::from(c).checked_sub(u32::from('０')).and_then(|d| char::from_digit(d, 10)),
        _ => Some(c),
    };
    let text: String = text.chars().filter_map(narrow).collect();
    if let Some((_, groups)) = text.split_once(',') {
        let whole = groups.split('.').next().unwrap_or_default();
        if !whole.split(',').all(|group| group.len() == 3) {
            return None;
        }
    }
    let digits: String = text.chars().filter(|c| !matches!(c, '_' | ',')).collect();
    let digits = if digits.starts_with('.') { format!("0{digits}") } else { digits };
    number(&digits).or_else(|| {
        let scientific = Decimal::from_scientific(&digits.to_lowercase()).ok()?;
        (scientific > Decimal::ZERO).then(|| scientific.normalize())
    })
}
