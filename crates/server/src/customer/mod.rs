//! Customers as staff find them: number, name, contacts' names, and nothing more (rule B4).

mod add;
mod change;
pub mod contact_routes;
pub mod note;
pub mod panel;
pub mod routes;

pub(crate) use add::number;
pub use add::{ContactAsk, add_contact, add_customer, add_group};
pub use change::{ContactEditAsk, CustomerEdit, change, change_contact, set_contact_active};
use pforte_core::{
    access::{Ask, Decision, decide},
    kernel::{CustomerId, Moment, ProviderId},
};
use pforte_store::{
    Conn,
    customer::{self, Customer},
    ground::{self, Filter, GroundRecord, Standing},
    staff::Staff,
};

use crate::{
    cx::{App, Problem},
    door::load_facts,
};

/// What one product is to a staff member at one customer.
#[derive(Debug)]
pub struct ProductDoor {
    pub product: String,
    pub decision: Decision,
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
    let filter = Filter {
        customer: Some(customer.id),
        staff: Some(staff.id),
        standing: Some(Standing::Open),
        ..Filter::default()
    };
    let mut grounds = ground::list(conn, customer.provider, filter, now, None, 50).await?;
    grounds.retain(|ground| !app.door.ground_shut(ground.id));
    let facts = load_facts(app, conn, staff, customer, &grounds).await?;
    let doors = app.products.iter().map(|product| ProductDoor {
        product: product.id.clone(),
        decision: decide(&facts, &Ask::List { product: &product.id }, now),
    });
    Ok((grounds, doors.collect()))
}
