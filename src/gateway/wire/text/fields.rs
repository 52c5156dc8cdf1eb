//! Fields: one after the other out of a frame, and into one.
//!
//! Empty, `2147483647`, `9223372036854775807` and the largest double all mean "unset" on this wire, whoever writes them.

use std::fmt::{self, Write as _};

use bytes::{BufMut, BytesMut};

/// The largest double, in the spelling TWS uses for a figure it does not know.
const UNSET_DOUBLE: &str = "1.7976931348623157E308";
/// The decimal by which the official client marks an unset size: the largest 128-bit integer.
const UNSET_DECIMAL: &str = "170141183460469231731687303715884105727";

/// Why a message cannot be read.
#[derive(Debug, PartialEq, Eq)]
pub(super) struct Unreadable(String);

impl Unreadable {
    /// A message that cannot be read for this reason.
    pub(super) fn new(cause: impl Into<String>) -> Self {
        Self(cause.into())
    }
}

impl fmt::Display for Unreadable {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

/// What a reader gives.
pub(super) type Read<T> = Result<T, Unreadable>;

/// The fields of one message, read from the front.
#[derive(Debug)]
pub(super) struct Fields<'a> {
    rest: &'a [u8],
    taken: usize,
    id: Option<i32>,
}

impl<'a> Fields<'a> {
    /// The fields of a frame's body.
    pub(super) fn new(body: &'a [u8]) -> Self {
        Self { rest: body, taken: 0, id: None }
    }

    /// The id that was read with [`Fields::id`]: whom an error answers.
    pub(super) fn answers(&self) -> Option<i32> {
        self.id
    }

    /// Fails unless every field has been read.
    pub(super) fn end(&self) -> Read<()> {
        if self.rest.is_empty() {
            Ok(())
        } else {
            Err(Unreadable(format!("the message goes on after its last field, {}", self.taken)))
        }
    }

    fn next(&mut self) -> Read<&'a str> {
        if self.rest.is_empty() {
            return Err(Unreadable(format!("the message ends before field {}", self.taken)));
        }
        let end = self.rest.iter().position(|byte| *byte == 0).unwrap_or(self.rest.len());
        let (field, rest) = self.rest.split_at(end);
        self.rest = rest.get(1..).unwrap_or_default();
        self.taken += 1;
        std::str::from_utf8(field).map_err(|_| self.wrong("text", "bytes that are not UTF-8"))
    }

    /// The field just read is not what it must be.
    fn wrong(&self, want: &str, field: &str) -> Unreadable {
        let shown: String = field.chars().take(40).collect();
        Unreadable(format!("field {} is {shown:?}, which is no {want}", self.taken.saturating_sub(1)))
    }

    /// Passes over a field: a message version, or what no client fills any more.
    pub(super) fn skip(&mut self) -> Read<()> {
        self.next().map(drop)
    }

    /// Passes over a field of the past, which must be unset: what it would ask for cannot be done.
    pub(super) fn unset(&mut self, name: &str) -> Read<()> {
        match self.next()? {
            "" | "0" | "false" | "2147483647" => Ok(()),
            text if text.parse() == Ok(f64::MAX) || text.parse() == Ok(0.0) => Ok(()),
            _ => Err(Unreadable(format!("{name} is not supported"))),
        }
    }

    /// The request or order id that an answer carries.
    pub(super) fn id(&mut self) -> Read<Option<i32>> {
        let id = self.int()?.ok_or_else(|| self.wrong("id", ""))?;
        self.id = Some(id);
        Ok(Some(id))
    }

    /// A text; empty is unset.
    pub(super) fn text(&mut self) -> Read<Option<String>> {
        Ok(Some(self.next()?).filter(|text| !text.is_empty()).map(str::to_owned))
    }

    /// A text that the message may end before.
    pub(super) fn last_text(&mut self) -> Read<Option<String>> {
        if self.rest.is_empty() { Ok(None) } else { self.text() }
    }

    /// An integer; empty and the largest are unset.
    pub(super) fn int(&mut self) -> Read<Option<i32>> {
        let text = self.next()?.trim();
        if text.is_empty() {
            return Ok(None);
        }
        let value = text.parse::<i32>().map_err(|_| self.wrong("integer", text))?;
        Ok(Some(value).filter(|value| *value != i32::MAX))
    }

    /// An integer that some clients write as a double.
    pub(super) fn whole(&mut self) -> Read<Option<i32>> {
        let text = self.next()?.trim();
        let digits = text.strip_suffix(".0").unwrap_or(text);
        if digits.is_empty() {
            return Ok(None);
        }
        digits.parse().map(Some).map_err(|_| self.wrong("integer", text))
    }

    /// An integer whose zero says what unset says.
    pub(super) fn positive(&mut self) -> Read<Option<i32>> {
        Ok(self.int()?.filter(|value| *value != 0))
    }

    /// A boolean; false and empty are unset.
    pub(super) fn flag(&mut self) -> Read<Option<bool>> {
        match self.next()?.trim() {
            "" | "0" | "false" => Ok(None),
            "1" | "true" => Ok(Some(true)),
            text => Err(self.wrong("boolean", text)),
        }
    }

    /// A double; empty and the largest are unset.
    pub(super) fn double(&mut self) -> Read<Option<f64>> {
        let text = self.next()?.trim();
        match text {
            "" => return Ok(None),
            "Infinity" | "Infinite" | "inf" => return Ok(Some(f64::INFINITY)),
            _ => {}
        }
        let value = text.parse::<f64>().ok().filter(|value| value.is_finite());
        Ok(Some(value.ok_or_else(|| self.wrong("number", text))?).filter(|value| *value != f64::MAX))
    }

    /// A double whose zero says what unset says.
    pub(super) fn amount(&mut self) -> Read<Option<f64>> {
        Ok(self.double()?.filter(|value| *value != 0.0))
    }

    /// A decimal as its digits; empty and the unset markers are unset.
    pub(super) fn decimal(&mut self) -> Read<Option<String>> {
        let unset = |text: &String| text == UNSET_DECIMAL || text.parse::<f64>().is_ok_and(|value| value == f64::MAX);
        Ok(self.text()?.filter(|text| !unset(text)))
    }

    /// How many times a group of `per` fields follows; more than the message can hold is refused before the first.
    pub(super) fn count(&mut self, per: usize) -> Read<usize> {
        let count = self.int()?.unwrap_or(0);
        let room = self.rest.split(|byte| *byte == 0).count() - usize::from(self.rest.ends_with(&[0]));
        usize::try_from(count)
            .ok()
            .filter(|count| count.saturating_mul(per) <= room)
            .ok_or_else(|| Unreadable(format!("a count of {count} does not fit the message")))
    }
}

/// The fields of one message, written to the end of a buffer.
#[derive(Debug)]
pub(super) struct Out<'a> {
    buffer: &'a mut BytesMut,
    version: i32,
}

impl<'a> Out<'a> {
    /// Writes at the end of `buffer` in the layout of `version`.
    pub(super) fn new(buffer: &'a mut BytesMut, version: i32) -> Self {
        Self { buffer, version }
    }

    /// The version whose layout is written.
    pub(super) fn version(&self) -> i32 {
        self.version
    }

    /// A field whose value is ASCII by itself.
    pub(super) fn field(&mut self, value: impl fmt::Display) -> &mut Self {
        let fits = write!(self.buffer, "{value}");
        debug_assert!(fits.is_ok(), "the buffer grows");
        self.buffer.put_u8(0);
        self
    }

    /// A text; everything beyond ASCII as `\uXXXX`, and nothing that would end the field.
    pub(super) fn text(&mut self, value: Option<&String>) -> &mut Self {
        self.put_text(value.map_or("", String::as_str), false);
        self
    }

    /// A text that clients read `\uXXXX` back from, so that a backslash of its own must be one too.
    pub(super) fn escaped(&mut self, value: Option<&String>) -> &mut Self {
        self.put_text(value.map_or("", String::as_str), true);
        self
    }

    fn put_text(&mut self, value: &str, escape: bool) {
        for c in value.chars() {
            match c {
                '\0' => {}
                '\\' if escape => self.buffer.put_slice(b"\\u005c"),
                ' '..='~' => self.buffer.put_u8(c as u8),
                // Line ends and tabs are ASCII and stay; other controls have no place in a field.
                '\t' | '\n' | '\r' => self.buffer.put_u8(c as u8),
                c if c.is_ascii_control() => {}
                c => {
                    for unit in c.encode_utf16(&mut [0; 2]) {
                        let fits = write!(self.buffer, "\\u{unit:04x}");
                        debug_assert!(fits.is_ok(), "the buffer grows");
                    }
                }
            }
        }
        self.buffer.put_u8(0);
    }

    /// An integer; 0 where it is unset.
    pub(super) fn int(&mut self, value: Option<i32>) -> &mut Self {
        self.field(value.unwrap_or(0))
    }

    /// A long integer; 0 where it is unset.
    pub(super) fn long(&mut self, value: Option<i64>) -> &mut Self {
        self.field(value.unwrap_or(0))
    }

    /// An integer; empty where it is unset.
    pub(super) fn int_or_empty(&mut self, value: Option<i32>) -> &mut Self {
        match value.filter(|value| *value != i32::MAX) {
            Some(value) => self.field(value),
            None => self.field(""),
        }
    }

    /// A boolean.
    pub(super) fn flag(&mut self, value: Option<bool>) -> &mut Self {
        self.field(u8::from(value.unwrap_or(false)))
    }

    /// A double; 0 where it is unset.
    pub(super) fn double(&mut self, value: Option<f64>) -> &mut Self {
        self.double_or(value, "0")
    }

    /// A double; empty where it is unset.
    pub(super) fn double_or_empty(&mut self, value: Option<f64>) -> &mut Self {
        self.double_or(value, "")
    }

    /// A figure; where it is unknown the marker by which clients tell it from zero.
    pub(super) fn figure(&mut self, value: Option<f64>) -> &mut Self {
        self.double_or(value, UNSET_DOUBLE)
    }

    /// A double; `unset` where it is unset.
    pub(super) fn double_or(&mut self, value: Option<f64>, unset: &str) -> &mut Self {
        match value.filter(|value| *value != f64::MAX && !value.is_nan()) {
            Some(f64::INFINITY) => self.field("Infinity"),
            // Rust writes a double without an exponent, in as few digits as bring it back.
            Some(value) => self.field(value),
            None => self.field(unset),
        }
    }

    /// A size as its digits; 0 where it is unset.
    pub(super) fn size(&mut self, value: Option<&String>) -> &mut Self {
        match value.filter(|value| !value.is_empty()) {
            Some(value) => self.text(Some(value)),
            None => self.field(0),
        }
    }

    /// How many groups follow.
    pub(super) fn count<T>(&mut self, groups: &[T]) -> &mut Self {
        self.field(groups.len())
    }
}
