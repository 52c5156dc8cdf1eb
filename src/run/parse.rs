//! `tradewind parse`: the canonical text of a sentence and its meaning, or everything that is wrong with it.
//!
//! The words arrive as the shell left them and are joined by blanks. Nothing is looked up and nothing is sent.

use std::io::{self, Write};

use color_eyre::eyre::Report;
use serde::Serialize;

use crate::cli;
use crate::clock::Stamp;
use crate::sentence::{self, Fault};

/// A sentence that was understood.
#[derive(Debug, Serialize)]
struct Understood {
    text: String,
    meaning: String,
}

/// A sentence that was not.
#[derive(Debug, Serialize)]
struct Faulty<'a> {
    sentence: &'a str,
    faults: Vec<FaultLine>,
}

/// A fault, its bytes counted in the joined sentence.
#[derive(Debug, Serialize)]
struct FaultLine {
    start: usize,
    end: usize,
    cause: String,
    fixes: Vec<FixLine>,
}

/// What would mend a fault.
#[derive(Debug, Serialize)]
struct FixLine {
    start: usize,
    end: usize,
    text: String,
}

/// Runs the subcommand; the exit code: 0 if the sentence is one, else 1.
pub fn run(options: &cli::Parse) -> Result<i32, Report> {
    let text = options.sentence.join(" ");
    let today = Stamp::now().eastern().date();
    match sentence::read(&text, Some(today)) {
        Ok(read) => {
            let said = Understood { text: read.sentence.to_string(), meaning: sentence::meaning(&read.sentence) };
            let mut out = io::stdout().lock();
            if options.json {
                writeln!(out, "{}", serde_json::to_string(&said)?)?;
            } else {
                writeln!(out, "{}\n{}", said.text, said.meaning)?;
            }
            Ok(0)
        }
        Err(faults) => {
            complain(&text, faults, options.json)?;
            Ok(1)
        }
    }
}

/// Says what is wrong with a sentence, under its words or as one JSON value.
pub fn complain(text: &str, faults: Vec<Fault>, json: bool) -> Result<(), Report> {
    if json {
        let faults = faults.into_iter().map(line).collect();
        writeln!(io::stdout().lock(), "{}", serde_json::to_string(&Faulty { sentence: text, faults })?)?;
        return Ok(());
    }
    let mut err = io::stderr().lock();
    // What a terminal would obey is shown as a sign of the same width.
    let shown: String = text.chars().map(|c| if c.is_control() { '?' } else { c }).collect();
    writeln!(err, "{shown}")?;
    for fault in &faults {
        let before = text.get(..fault.span.start).map_or(0, |t| t.chars().count());
        let wide = text.get(fault.span.clone()).map_or(1, |t| t.chars().count()).max(1);
        writeln!(err, "{}{} {fault}", " ".repeat(before), "~".repeat(wide))?;
    }
    Ok(())
}

fn line(fault: Fault) -> FaultLine {
    let fixes = fault.fixes.into_iter().map(|fix| FixLine { start: fix.span.start, end: fix.span.end, text: fix.text });
    FaultLine { start: fault.span.start, end: fault.span.end, cause: fault.cause, fixes: fixes.collect() }
}
