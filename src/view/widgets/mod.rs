//! What panes and overlays are drawn with. Widgets know the theme's roles, not the desk.

pub mod candles;
pub mod canvas;
pub mod dots;
pub mod field;
pub mod frame;
pub mod gauge;
pub mod table;
pub mod title;
