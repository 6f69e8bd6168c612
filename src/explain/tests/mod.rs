//! Evidence in, findings and text out.

mod cases;
mod causes;
mod documents;
mod evidence;
mod golden;
mod hostile;
mod order;
mod verdicts;
