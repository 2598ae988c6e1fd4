//! `pforte check-config`: reads everything the server would read, and says what is wrong.

use std::path::Path;

use pforte_core::catalogue::{Action, DataClass};

use pforte_server::{AttachmentSettings, How};

use crate::{Failure, config, incoming::Incoming, secrets_file, tls};

/// Checks configuration, catalogue, keys and certificates.
pub fn run(path: &Path) -> Result<(), Failure> {
    let config = config::read(path)?;
    secrets_file::read(&config.secrets)?;
    for listener in [&config.portal, &config.gateway] {
        tls::server(listener)?;
    }
    for door in &config.incoming.doors {
        config.incoming.settings(door, config.portal.host())?;
    }
    println!("portal   {}", config.portal.origin());
    println!("gateway  {} (each session gets a name below it)", config.gateway.origin());
    mail(&config.incoming);
    files(&config.attachments)?;
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

/// How mail comes in, for reading.
fn mail(incoming: &Incoming) {
    for support in &incoming.support {
        let check = match &support.check {
            How::Own => "checks senders itself".to_owned(),
            How::Header { authserv_id } => format!("believes {authserv_id} about senders"),
            How::Nothing => "takes every sender as unproven".to_owned(),
        };
        let addresses: Vec<&str> = support.addresses().collect();
        println!("support  {}: {check}", addresses.join(", "));
    }
    for mailbox in &incoming.mailboxes {
        println!("mailbox  {} on {}:{}", mailbox.folder, mailbox.host, mailbox.port);
    }
    for door in &incoming.doors {
        println!("mail     {:?} on {}", door.protocol, door.listen);
    }
}

/// Where files and whole mails lie. A bucket is not asked: only the start of a server does that.
fn files(attachments: &AttachmentSettings) -> Result<(), Failure> {
    let Some(bucket) = &attachments.bucket else {
        println!("files    in {}", attachments.folder.display());
        return Ok(());
    };
    attachments.check().map_err(|wrong| format!("attachments.s3: {wrong}"))?;
    let style = if bucket.path_style { "in the path" } else { "in the host name" };
    let below = if bucket.prefix.is_empty() { String::new() } else { format!(", below {}/", bucket.prefix) };
    println!("files    in the bucket {} ({style}) at {}{below}", bucket.bucket, bucket.endpoint);
    println!("         on their way in through {}", attachments.folder.display());
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
