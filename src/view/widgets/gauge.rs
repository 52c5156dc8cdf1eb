//! A gauge: a share of a width in eighths of a cell.

/// The eighths of a cell, from the left.
const EIGHTHS: [&str; 9] = ["", "▏", "▎", "▍", "▌", "▋", "▊", "▉", "█"];

/// `eighths` of a cell, filled from the left; at most `cells` whole ones.
pub fn bar(eighths: usize, cells: usize) -> String {
    let eighths = eighths.min(cells * 8);
    let mut out = "█".repeat(eighths / 8);
    out.push_str(EIGHTHS.get(eighths % 8).copied().unwrap_or_default());
    out
}
