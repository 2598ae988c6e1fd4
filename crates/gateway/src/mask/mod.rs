//! Masks: of an answer with personal data only what the catalogue names may pass (rule B5).
//!
//! Fails closed: what is not understood is withheld, and a stream that stops making sense is cut.
//! Start reading at [`Plan`]; `json.rs` and `html.rs` carry it out.

mod attributes;
pub(crate) mod carried;
pub(crate) mod html;
pub(crate) mod json;
mod names;
mod pointer;

use std::sync::Arc;

use pforte_core::catalogue::PassList;

pub(crate) use pointer::Pointers;
use scraper::Selector;

/// A pass list, ready for use.
#[derive(Debug)]
pub(crate) struct Plan {
    pub(crate) json: Arc<Pointers>,
    pub(crate) html: Arc<Vec<Choice>>,
}

/// One selector of a pass list.
#[derive(Debug)]
pub(crate) struct Choice {
    pub(super) selector: Selector,
    pub(super) masks: bool,
}

impl Plan {
    /// Compiles a pass list; the error says what is wrong with it.
    pub(crate) fn new(list: &PassList) -> Result<Self, &'static str> {
        let choice = |text: &String, masks| {
            let selector = Selector::parse(text).map_err(|_| "a selector of a pass list cannot be read")?;
            Ok(Choice { selector, masks })
        };
        let pass = list.html.iter().map(|text| choice(text, false));
        let mask = list.html_mask.iter().map(|text| choice(text, true));
        Ok(Self {
            json: Arc::new(Pointers::new(&list.json, &list.json_mask)?),
            html: Arc::new(pass.chain(mask).collect::<Result<_, &'static str>>()?),
        })
    }
}
