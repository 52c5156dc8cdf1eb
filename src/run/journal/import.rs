//! `tradewind journal import`: a Flex statement against the journal.

use std::collections::{BTreeMap, BTreeSet};
use std::fmt::Write as _;
use std::fs::File;
use std::io::{self, Read, Write as _};
use std::path::Path;

use color_eyre::eyre::{Report, WrapErr, eyre};
use jiff::civil::Date;

use super::books::Books;
use super::{put, span};
use crate::app::words::count;
use crate::clock::Stamp;
use crate::domain::account::AccountId;
use crate::domain::fill::Execution;
use crate::journal::flex::{self, Cover, Flex};
use crate::journal::{Annotator, Difference, Import, Source as Origin};
use crate::ledger::day_of;
use crate::run::lock::journal_path;
use crate::run::plan::Place;
use crate::source::Source;

/// The largest statement read.
const BYTES_MAX: u64 = 256 << 20;

/// Rows listed of each kind.
const LISTED: usize = 20;

/// Runs it; the exit code: 1 if something was refused, differs, or cannot be read.
pub(super) fn run(place: &Place, file: &Path, account: Option<&str>, dry_run: bool) -> Result<i32, Report> {
    let source = read(file)?;
    let flex = flex::read(&source);
    let mut err = io::stderr().lock();
    for problem in &flex.problems {
        writeln!(err, "{problem}")?;
    }
    let books = Books::open(place)?;
    let account = choose(&flex, account, &books, place)?;
    let own: Vec<Execution> =
        flex.trades.iter().filter(|t| t.account == account).map(|t| t.execution.clone()).collect();
    let others = flex.trades.len().saturating_sub(own.len());
    let refused = flex.refused.saturating_add(others);
    let path = journal_path(&place.folder, 0);
    let report = if dry_run {
        compare(&books, &own)
    } else if own.is_empty() {
        Import::default()
    } else {
        Annotator::open(&path)?.import(&source.file, &not_elsewhere(&books, &own, &path), refused, Stamp::now())?
    };
    let covers: Vec<&Cover> = flex.covers.iter().filter(|cover| cover.account == account).collect();
    let only_here = only_here(&books, &own, &covers)?;
    put(&text(
        &Told { source: &source.file, account: &account, own: &own, others, dry_run, only_here: &only_here },
        &report,
    ))?;
    let well = flex.problems.is_empty() && report.differing.is_empty() && only_here.is_empty() && others == 0;
    Ok(i32::from(!well))
}

fn read(file: &Path) -> Result<Source, Report> {
    let name = file.file_name().map_or_else(|| file.display().to_string(), |n| n.to_string_lossy().into_owned());
    let mut bytes = Vec::new();
    let opened = File::open(file).wrap_err_with(|| format!("{} cannot be read", file.display()))?;
    opened.take(BYTES_MAX + 1).read_to_end(&mut bytes)?;
    if bytes.len() as u64 > BYTES_MAX {
        return Err(eyre!("{} is larger than 256 MiB: take a shorter period", file.display()));
    }
    let text =
        String::from_utf8(bytes).map_err(|e| eyre!("{name} is not UTF-8 at byte {}", e.utf8_error().valid_up_to()))?;
    Ok(Source::new(name, text.strip_prefix('\u{feff}').unwrap_or(&text)))
}

/// The account whose trades are meant. Trades of another never get into a journal.
fn choose(flex: &Flex, said: Option<&str>, books: &Books, place: &Place) -> Result<String, Report> {
    let there: BTreeSet<&str> =
        flex.trades.iter().map(|t| t.account.as_str()).chain(flex.covers.iter().map(|c| c.account.as_str())).collect();
    let mut known = books.accounts()?;
    known.extend(place.profile.account.as_ref().map(|a| a.reveal().to_owned()));
    let masked = |ids: &mut dyn Iterator<Item = &str>| {
        ids.map(|id| AccountId::new(id).to_string()).collect::<Vec<_>>().join(", ")
    };
    if let Some(said) = said {
        if !known.is_empty() && !known.contains(said) {
            let known = masked(&mut known.iter().map(String::as_str));
            return Err(eyre!(
                "the journal of the profile {} is that of {known}, not of {}",
                place.profile.name,
                AccountId::new(said)
            ));
        }
        return Ok(said.to_owned());
    }
    let both: Vec<&str> = there.iter().copied().filter(|id| known.contains(*id)).collect();
    match (both.as_slice(), there.iter().copied().collect::<Vec<_>>().as_slice()) {
        ([one], _) => Ok((*one).to_owned()),
        ([], []) => Err(eyre!("the statement names no account")),
        ([], [one]) if known.is_empty() => Ok((*one).to_owned()),
        ([], _) if !known.is_empty() => {
            let (there, known) = (masked(&mut there.into_iter()), masked(&mut known.iter().map(String::as_str)));
            Err(eyre!("the statement is of {there}, the journal of the profile {} of {known}", place.profile.name))
        }
        _ => Err(eyre!(
            "the statement has several accounts ({}): say which with --account",
            masked(&mut there.into_iter())
        )),
    }
}

/// Those that another seat's journal does not have already.
fn not_elsewhere(books: &Books, own: &[Execution], path: &Path) -> Vec<Execution> {
    let here = books.ids_in(path);
    let elsewhere: BTreeSet<_> =
        books.fills.iter().map(|f| &f.execution.exec_id).filter(|id| !here.contains(id)).collect();
    own.iter().filter(|e| !elsewhere.contains(&e.exec_id)).cloned().collect()
}

/// What taking it in would lead to.
fn compare(books: &Books, own: &[Execution]) -> Import {
    let mut report = Import::default();
    let known: BTreeMap<_, _> = books.fills.iter().map(|f| (&f.execution.exec_id, &f.execution)).collect();
    for there in own {
        match known.get(&there.exec_id) {
            None => report.added.push(there.clone()),
            Some(here) => {
                let what = crate::journal::differences(here, there);
                if !what.is_empty() {
                    report.differing.push(Difference { here: (*here).clone(), there: there.clone(), what });
                } else if here.commission.is_none() && there.commission.is_some() {
                    report.completed.push(there.clone());
                } else {
                    report.same = report.same.saturating_add(1);
                }
            }
        }
    }
    report
}

/// Executions the broker told that the statement does not have, of days it covers.
fn only_here(books: &Books, own: &[Execution], covers: &[&Cover]) -> Result<Vec<Execution>, Report> {
    let there: BTreeSet<&str> = own.iter().map(|e| e.exec_id.version().0).collect();
    let mut out = Vec::new();
    for cover in covers {
        let span = span::between(cover.from, cover.to)?;
        let missing =
            books.within(span).filter(|f| f.source == Origin::Api && !there.contains(f.execution.exec_id.version().0));
        out.extend(missing.map(|f| f.execution.clone()));
    }
    Ok(out)
}

/// What the report is about.
struct Told<'a> {
    source: &'a str,
    account: &'a str,
    own: &'a [Execution],
    others: usize,
    dry_run: bool,
    only_here: &'a [Execution],
}

fn text(told: &Told<'_>, report: &Import) -> String {
    let mut out = String::new();
    let account = AccountId::new(told.account);
    let executions = count(told.own.len(), "execution");
    let _ = writeln!(out, "{}: {executions} of {account}", told.source);
    let (added, filled) = if told.dry_run { ("would be added", "would get") } else { ("added", "got") };
    let days: BTreeMap<Date, usize> =
        report.added.iter().filter_map(|e| e.time).map(day_of).fold(BTreeMap::new(), |mut days, day| {
            *days.entry(day).or_default() += 1;
            days
        });
    let _ = writeln!(out, "  {:>6} {added}", report.added.len());
    for (day, n) in &days {
        let _ = writeln!(out, "         {day}  {}", count(*n, "execution"));
    }
    let _ = writeln!(out, "  {:>6} {filled} the commission that was missing", report.completed.len());
    let known = told.own.len().saturating_sub(report.added.len() + report.completed.len() + report.differing.len());
    let _ = writeln!(out, "  {known:>6} the same in both");
    let _ = writeln!(out, "  {:>6} differ; the journal's stay", report.differing.len());
    for d in report.differing.iter().take(LISTED) {
        let _ = writeln!(
            out,
            "         {}  {} here, {} there ({})",
            d.here.exec_id.0,
            line(&d.here),
            line(&d.there),
            d.what.join(", ")
        );
    }
    let _ = writeln!(out, "  {:>6} only in the journal, of days the statement covers", told.only_here.len());
    for e in told.only_here.iter().take(LISTED) {
        let _ = writeln!(out, "         {}  {}", e.exec_id.0, line(e));
    }
    if told.others > 0 {
        let _ = writeln!(out, "  {:>6} of other accounts, not taken", told.others);
    }
    out
}

fn line(e: &Execution) -> String {
    let time = e.time.map_or_else(|| "—".to_owned(), crate::run::json::moment);
    let side = if e.side == crate::domain::order::Side::Buy { "buy" } else { "sell" };
    let commission = e.commission.as_ref().map_or_else(|| "—".to_owned(), |c| c.amount.to_string());
    format!("{time} {side} {} {} @ {}, commission {commission}", e.qty, e.symbol, e.price)
}
