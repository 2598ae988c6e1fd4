//! What each provider's support is told by the configuration: its addresses, its country, how the age
//! of tickets counts, and how senders of mail are proven.
//!
//! Start at [`App::support`] (of a provider) and [`App::support_at`] (of an address).

use std::{collections::HashMap, sync::RwLock};

use pforte_core::{access::TicketAge, kernel::ProviderId, sender::Address};
use pforte_store::{StoreError, provider};

use super::Smtp;
use crate::cx::App;

/// One provider's support, a `[[support]]` table.
#[derive(Clone, Debug)]
pub struct Support {
    /// The provider's slug; without one it is the only provider there is.
    pub provider: Option<String>,
    /// Where customers write to and what mails come from, in lower case. Without one no mail comes in.
    pub address: Option<String>,
    /// Further addresses of the same support, in lower case.
    pub aliases: Vec<String>,
    /// Default for telephone numbers without a country, as `DE`.
    pub country: String,
    /// From when a ticket's age counts (rule B15).
    pub ticket_age: TicketAge,
    pub check: How,
    /// Who sends its mails, instead of the server's own mail server.
    pub smtp: Option<Smtp>,
    /// What mail servers give mails back to (the envelope's sender), in lower case; without it the address.
    pub bounce_address: Option<String>,
}

/// How a mail's sender can be proven (rule Z5).
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum How {
    /// We look at signatures and the sending server ourselves.
    Own,
    /// A trusted mail server in front says it in `Authentication-Results` under this name.
    Header { authserv_id: String },
    /// Not at all: every sender counts as unproven.
    Nothing,
}

impl Default for Support {
    fn default() -> Self {
        Self {
            provider: None,
            address: None,
            aliases: vec![],
            country: "DE".into(),
            ticket_age: TicketAge::Created,
            check: How::Nothing,
            smtp: None,
            bounce_address: None,
        }
    }
}

impl Support {
    /// Whether an address is this support's own; how it is written does not matter.
    pub fn is_at(&self, address: &str) -> bool {
        let (whole, plain) = (Address::spelling(address), Address::spelling(&without_tag(address.trim())));
        self.addresses().map(Address::spelling).any(|own| own == whole || own == plain)
    }

    /// Whether it is the postmaster of a domain of this support's, whom every mail server has to know
    /// (RFC 5321 §4.5.1).
    fn is_postmaster(&self, address: &str) -> bool {
        let address = Address::spelling(address);
        let (local, domain) = address.rsplit_once('@').unwrap_or((&address, ""));
        let here = |own: &str| Address::spelling(own).rsplit_once('@').is_some_and(|(_, own)| own == domain);
        local.eq_ignore_ascii_case("postmaster") && (domain.is_empty() || self.addresses().any(here))
    }

    /// All its addresses, the main one first.
    pub fn addresses(&self) -> impl Iterator<Item = &str> {
        self.address.iter().chain(&self.aliases).chain(&self.bounce_address).map(String::as_str)
    }
}

/// `support+invoice@…` is `support@…`.
fn without_tag(address: &str) -> String {
    match address.split_once('@').and_then(|(local, domain)| Some((local.split_once('+')?.0, domain))) {
        Some((local, domain)) if !local.is_empty() => format!("{local}@{domain}"),
        _ => address.to_owned(),
    }
}

/// Every provider's support.
#[derive(Debug)]
pub(crate) struct Supports {
    configured: Vec<Support>,
    /// For providers that the configuration does not name.
    plain: Support,
    /// Which of the configured is whose.
    whose: RwLock<HashMap<ProviderId, usize>>,
}

impl Supports {
    pub(crate) fn new(configured: Vec<Support>) -> Self {
        Self { configured, plain: Support::default(), whose: RwLock::default() }
    }

    /// Finds out whose the configured ones are.
    pub(crate) fn assign(&self, providers: &[provider::Provider]) {
        let only = if providers.len() == 1 { providers.first() } else { None };
        let mut whose = HashMap::new();
        for (index, support) in self.configured.iter().enumerate() {
            let provider = match &support.provider {
                Some(slug) => providers.iter().find(|provider| &provider.slug == slug),
                None => only,
            };
            match provider {
                Some(provider) => drop(whose.insert(provider.id, index)),
                // A demo is filled only after its first start.
                None if providers.is_empty() => {}
                None => tracing::warn!(
                    address = support.address,
                    provider = support.provider,
                    "[[support]] belongs to no provider; nothing comes in for it"
                ),
            }
        }
        *self.whose.write().unwrap_or_else(std::sync::PoisonError::into_inner) = whose;
    }

    /// Whose is which, counted as configured.
    pub(crate) fn assigned(&self) -> Vec<(ProviderId, usize)> {
        let whose = self.whose.read().unwrap_or_else(std::sync::PoisonError::into_inner);
        whose.iter().map(|(provider, index)| (*provider, *index)).collect()
    }

    /// Which of the configured is a provider's.
    pub(crate) fn index(&self, provider: ProviderId) -> Option<usize> {
        let whose = self.whose.read().unwrap_or_else(std::sync::PoisonError::into_inner);
        whose.get(&provider).copied()
    }

    fn of(&self, provider: ProviderId) -> &Support {
        let whose = self.whose.read().unwrap_or_else(std::sync::PoisonError::into_inner);
        whose.get(&provider).and_then(|index| self.configured.get(*index)).unwrap_or(&self.plain)
    }

    fn at(&self, address: &str) -> Option<(ProviderId, &Support)> {
        let whose = self.whose.read().unwrap_or_else(std::sync::PoisonError::into_inner);
        let find = |is: fn(&Support, &str) -> bool| {
            whose.iter().find_map(|(provider, index)| {
                let support = self.configured.get(*index)?;
                is(support, address).then_some((*provider, support))
            })
        };
        find(Support::is_at).or_else(|| find(Support::is_postmaster))
    }
}

impl App {
    /// A provider's support; a plain one without addresses if the configuration has none.
    pub fn support(&self, provider: ProviderId) -> &Support {
        self.supports.of(provider)
    }

    /// Whose support an address is.
    pub fn support_at(&self, address: &str) -> Option<(ProviderId, &Support)> {
        self.supports.at(address)
    }

    /// Whether an address is named by any `[[support]]`, even if its provider is not there (yet): its mail
    /// is not refused, it waits.
    pub fn is_support_address(&self, address: &str) -> bool {
        self.settings.support.iter().any(|support| support.is_at(address) || support.is_postmaster(address))
    }

    /// Looks anew whose the configured ones are: at start, and when a provider was added.
    pub async fn assign_support(&self) -> Result<(), StoreError> {
        let providers = provider::all(&mut *self.read().await?).await?;
        self.supports.assign(&providers);
        Ok(())
    }
}
