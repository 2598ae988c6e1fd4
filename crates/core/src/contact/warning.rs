//! What is wrong with a customer's list of contacts.

use super::{Listed, Warning};

/// Owner and admins together, below which the customer is warned (rule P12).
const ADMINS_MIN: usize = 2;

/// What the customer is warned of; the gravest first, each once. Inactive contacts do not count.
pub fn warnings(contacts: &[Listed]) -> Vec<Warning> {
    let active = || contacts.iter().filter(|c| c.active);
    let authorised = active().filter(|c| c.authorised()).count();
    let found = [
        (authorised == 0, Warning::NoneAuthorised),
        (authorised == 1, Warning::OneAuthorised),
        (active().filter(|c| c.administers()).count() < ADMINS_MIN, Warning::FewAdmins),
        (active().any(|c| c.unreachable), Warning::AddressUnreachable),
        (active().any(|c| c.shared), Warning::AddressShared),
        (active().any(|c| c.list), Warning::AddressList),
    ];
    found.into_iter().filter_map(|(is, warning)| is.then_some(warning)).collect()
}
