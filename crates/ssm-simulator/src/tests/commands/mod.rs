//! Commands have effect: what repairs an instance makes it compliant, and every count still follows
//! from the items. Each file is one kind of command, and `steps` is shared by all.

mod associations;
mod baselines;
mod items;
mod operators;
mod patching;
mod reboots;
mod refusals;
mod repair;
mod steps;
