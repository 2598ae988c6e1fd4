//! The one decision, rule by rule (tables) and as a whole (properties).

mod fixture;
mod grounds;
mod model;
mod properties;
mod shows;
mod visits;
