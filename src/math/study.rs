//! What every study is: bars in, one value a bar out, the last bar revisable.

use super::Sample;

/// A computation that takes bars in their order.
pub trait Study: Clone {
    /// What a bar gives.
    type Out: Copy;

    /// Takes the next bar; `None` while the bars so far determine no value.
    fn step(&mut self, bar: &Sample) -> Option<Self::Out>;
}

/// The values of a study for all bars at once, one for each.
pub fn over<S: Study>(mut study: S, bars: &[Sample]) -> Vec<Option<S::Out>> {
    bars.iter().map(|bar| study.step(bar)).collect()
}

/// A study that runs along: the last bar may change until the next one begins.
#[derive(Debug, Clone)]
pub struct Running<S: Study> {
    /// The state before the last bar.
    before: S,
    last: Option<Sample>,
    value: Option<S::Out>,
}

impl<S: Study> Running<S> {
    /// No bars yet.
    pub const fn new(study: S) -> Self {
        Self { before: study, last: None, value: None }
    }

    /// A new bar begins; the one before it is settled.
    pub fn push(&mut self, bar: Sample) -> Option<S::Out> {
        if let Some(settled) = self.last {
            self.before.step(&settled);
        }
        self.revise(bar)
    }

    /// The last bar is this now; the first one if there was none.
    pub fn revise(&mut self, bar: Sample) -> Option<S::Out> {
        self.last = Some(bar);
        self.value = self.before.clone().step(&bar);
        self.value
    }

    /// The value of the last bar.
    pub const fn value(&self) -> Option<S::Out> {
        self.value
    }
}
