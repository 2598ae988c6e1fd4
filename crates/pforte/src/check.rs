//! `pforte check-config`: reads everything the server would read, and says what is wrong.

use std::path::Path;

use pforte_core::catalogue::{Action, DataClass};

use crate::{Failure, config, secrets_file, tls};

/// Checks configuration, catalogue, keys and certificates.
pub fn run(path: &Path) -> Result<(), Failure> {
    let config = config::read(path)?;
    secrets_file::read(&config.secrets)?;
    for listener in [&config.portal, &config.gateway] {
        tls::server(listener)?;
    }
    println!("portal   {}", config.portal.origin());
    println!("gateway  {} (each session gets a name below it)", config.gateway.origin());
    for product in &config.products {
        println!("product  {} ({}) at {}", product.id, product.name, product.upstream);
        let count = |test: &dyn Fn(&pforte_core::catalogue::Route) -> bool| {
            product.routes.iter().filter(|route| test(route)).count()
        };
        println!(
            "         {} routes: a PIN shows {}, masks {}, and {} need more; {} never open",
            product.routes.len(),
            count(&|r| r.action == Action::View && r.class == DataClass::Product),
            count(&|r| r.action == Action::View && r.class == DataClass::Personal && r.pass.is_some()),
            count(&|r| match r.action {
                Action::View => r.class == DataClass::Personal && r.pass.is_none(),
                Action::Never => false,
                _ => true,
            }),
            count(&|r| r.action == Action::Never),
        );
        for hidden in shadowed(product) {
            println!("         note: {hidden}");
        }
    }
    println!("All of it can be used.");
    Ok(())
}

/// Routes that never match, because an earlier one takes everything.
fn shadowed(product: &pforte_core::catalogue::Product) -> Vec<String> {
    let mut notes = Vec::new();
    for (index, route) in product.routes.iter().enumerate() {
        let path = route.path.to_string();
        let earlier = product.routes[..index].iter().find(|earlier| {
            (earlier.method.is_none() || earlier.method == route.method) && earlier.path.matches(&path)
        });
        if let Some(earlier) = earlier {
            notes.push(format!("{path} is never reached: {} comes first", earlier.path));
        }
    }
    notes
}
