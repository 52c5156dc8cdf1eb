//! A session on paper: what it began with, every message with its time, what it came to.
//!
//! `update` sees nothing else, so a recording replays a session exactly; that it does is tested with whole sessions. One
//! JSON value per line. The file holds account ids and orders: it is made for its owner alone.

use std::fs::File;
use std::io::{self, BufRead, BufWriter, Write};
use std::sync::Arc;

use serde::{Deserialize, Serialize};

use crate::app::action::Action;
use crate::app::bindings;
use crate::app::model::Model;
use crate::app::msg::Msg;
use crate::app::update::update;
use crate::clock::Stamp;
use crate::config::Settings;
use crate::domain::account::Mode;
use crate::domain::calendar::Hours;
use crate::keys::{Keymap, Library};

/// What a session begins with.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Begin {
    /// Settings; the key map by its name among them.
    pub settings: Settings,
    /// The profile's word.
    pub profile: String,
    /// Its mode.
    pub mode: Mode,
    /// When its market is open.
    pub hours: Hours,
    /// The terminal's size in cells.
    pub size: (u16, u16),
}

impl Begin {
    /// The desk before anything has happened.
    pub fn model(&self, keymap: Keymap<Action>) -> Model {
        let mut model = Model::new(self.settings.clone(), &self.profile, self.mode, Arc::new(keymap), self.size);
        model.desk.hours = self.hours;
        model
    }
}

/// One line of the file.
#[derive(Debug, Serialize, Deserialize)]
enum Line {
    /// The first.
    Begin(Box<Begin>),
    /// A message.
    At(Stamp, Box<Msg>),
    /// The last: the model, written out.
    End(String),
}

/// Writes a recording.
#[derive(Debug)]
pub struct Recorder {
    /// `None` after a failed write: a recording with a gap would replay another session.
    file: Option<BufWriter<File>>,
}

impl Recorder {
    /// Begins a recording.
    pub fn new(file: File, begin: Begin) -> Self {
        let mut recorder = Self { file: Some(BufWriter::new(file)) };
        recorder.line(&Line::Begin(Box::new(begin)));
        recorder
    }

    /// Writes a message down.
    pub fn message(&mut self, at: Stamp, msg: &Msg) {
        if self.file.is_some() {
            self.line(&Line::At(at, Box::new(msg.clone())));
        }
    }

    /// Ends the recording with what the model has come to.
    pub fn end(&mut self, model: &Model) {
        self.line(&Line::End(format!("{model:?}")));
        if let Some(Err(error)) = self.file.take().map(|mut file| file.flush()) {
            tracing::error!(%error, "the recording is not complete");
        }
    }

    fn line(&mut self, line: &Line) {
        let Some(file) = self.file.as_mut() else { return };
        let written = serde_json::to_writer(&mut *file, line).map_err(io::Error::from);
        if let Err(error) = written.and_then(|()| file.write_all(b"\n")) {
            tracing::error!(%error, "the recording ends here");
            self.file = None;
        }
    }
}

/// Why a recording cannot be replayed.
#[derive(Debug, thiserror::Error)]
pub enum ReplayError {
    /// It cannot be read.
    #[error(transparent)]
    Io(#[from] io::Error),
    /// A line is not one of a recording of this release.
    #[error("line {0}: {1}")]
    Line(usize, serde_json::Error),
    /// It does not begin with what a session begins with, or has another beginning in the middle.
    #[error("line {0} is out of place")]
    Order(usize),
    /// Its key map is not built in.
    #[error("its key map {0} is not built in")]
    Keymap(String),
}

/// A replayed session.
#[derive(Debug)]
pub struct Replayed {
    /// What the messages lead to.
    pub model: Model,
    /// What the session had come to, written out; `None` if its end was not recorded.
    pub recorded: Option<String>,
    /// How many messages there were.
    pub messages: usize,
}

/// Replays a recording; its effects go nowhere.
pub fn replay(lines: impl BufRead) -> Result<Replayed, ReplayError> {
    let mut replayed: Option<Replayed> = None;
    for (line, number) in lines.lines().zip(1..) {
        let line = serde_json::from_str(&line?).map_err(|error| ReplayError::Line(number, error))?;
        match (line, replayed.as_mut()) {
            (Line::Begin(begin), None) => {
                let name = begin.settings.keymap.clone();
                let keymap = bindings::load(&name, Library::new()).map_err(|_| ReplayError::Keymap(name))?;
                replayed = Some(Replayed { model: begin.model(keymap), recorded: None, messages: 0 });
            }
            (Line::At(at, msg), Some(replayed)) if replayed.recorded.is_none() => {
                // What it would do has been done.
                let _ = update(&mut replayed.model, at, *msg);
                replayed.messages += 1;
            }
            (Line::End(model), Some(replayed)) if replayed.recorded.is_none() => replayed.recorded = Some(model),
            _ => return Err(ReplayError::Order(number)),
        }
    }
    replayed.ok_or(ReplayError::Order(1))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_no_recording_is_refused_by_its_line() {
        let replay = |text: &str| replay(text.as_bytes()).unwrap_err().to_string();
        assert_eq!(replay(""), "line 1 is out of place");
        assert!(replay("{}").starts_with("line 1:"));
        let end = serde_json::to_string(&Line::End(String::new())).unwrap();
        assert_eq!(replay(&end), "line 1 is out of place");
    }
}
