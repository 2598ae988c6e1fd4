//! A ticket's life: its steps and clocks (tables), and what no sequence of steps can do (properties).

mod allowed;
mod clocks;
mod fixture;
mod properties;
mod steps;
mod worth;
