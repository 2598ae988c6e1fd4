//! Customers as staff find them: number, name, contacts' names, and nothing more (rule B4).

mod add;
pub mod routes;

pub use add::{ContactAsk, add_contact, add_customer, add_group};
use pforte_core::{
    access::{Ask, Decision, decide},
    kernel::{CustomerId, Moment, ProviderId},
};
use pforte_store::{
    Conn,
    customer::{self, Customer},
    ground::{self, Filter, GroundRecord},
    staff::Staff,
};

use crate::{App, door::load_facts, kernel::Problem};

/// What one product is to a staff member at one customer.
#[derive(Debug)]
pub struct ProductDoor {
    pub product: String,
    pub decision: Decision,
}

/// A phone number in E.164, out of any usual spelling; `None` when it is none.
///
/// A leading `00` is read as `+`. National numbers are not guessed at.
pub fn phone_number(text: &str) -> Option<String> {
    let bare: String = text.chars().filter(|c| c.is_ascii_digit() || *c == '+').collect();
    let digits = match bare.strip_prefix("00") {
        Some(rest) => rest.to_owned(),
        None => bare.strip_prefix('+')?.to_owned(),
    };
    let plain = !digits.contains('+') && !digits.starts_with('0') && (7..=15).contains(&digits.len());
    let only = text.chars().all(|c| c.is_ascii_digit() || "+ ()-/.\u{a0}".contains(c));
    (plain && only).then(|| format!("+{digits}"))
}

/// A customer of this provider.
pub async fn find(conn: &mut Conn, provider: ProviderId, id: CustomerId) -> Result<Customer, Problem> {
    customer::by_id(conn, provider, id).await?.filter(|c| c.active).ok_or_else(Problem::not_found)
}

/// The staff member's open grounds at a customer, and what each product is to them now.
pub async fn doors(
    app: &App,
    conn: &mut Conn,
    staff: &Staff,
    customer: &Customer,
    now: Moment,
) -> Result<(Vec<GroundRecord>, Vec<ProductDoor>), Problem> {
    let filter = Filter { customer: Some(customer.id), staff: Some(staff.id), open: Some(true) };
    let mut grounds = ground::list(conn, customer.provider, filter, now, None, 50).await?;
    grounds.retain(|ground| !app.door.ground_shut(ground.id));
    let facts = load_facts(app, conn, staff, customer, &grounds).await?;
    let doors = app.products.iter().map(|product| ProductDoor {
        product: product.id.clone(),
        decision: decide(&facts, &Ask::List { product: &product.id }, now),
    });
    Ok((grounds, doors.collect()))
}

#[cfg(test)]
mod tests {
    use super::phone_number;

    #[test]
    fn numbers_are_read_in_any_spelling() {
        for text in ["+49 30 23125 100", "0049 30 23125-100", "+49 (30) 23125/100", "+493023125100"] {
            assert_eq!(phone_number(text).as_deref(), Some("+493023125100"), "{text}");
        }
        for text in ["030 23125100", "Oduya", "+49", "++4930231251", "10001", "+0493023125100"] {
            assert_eq!(phone_number(text), None, "{text}");
        }
    }
}
