//! A one-page PDF written by hand (ISO 32000-1 §7.5): header, five objects, table, trailer.

/// A4 page with the lines in Helvetica; letters outside Latin-1 become `?`.
#[must_use]
pub fn one_page(lines: &[String]) -> Vec<u8> {
    let mut text = b"BT /F1 12 Tf 16 TL 72 770 Td\n".to_vec();
    for line in lines {
        text.push(b'(');
        text.extend(line.chars().flat_map(letter));
        text.extend_from_slice(b") Tj T*\n");
    }
    text.extend_from_slice(b"ET\n");

    let mut content = format!("<< /Length {} >>\nstream\n", text.len()).into_bytes();
    content.extend_from_slice(&text);
    content.extend_from_slice(b"endstream");
    let objects: [&[u8]; 5] = [
        b"<< /Type /Catalog /Pages 2 0 R >>",
        b"<< /Type /Pages /Kids [3 0 R] /Count 1 >>",
        b"<< /Type /Page /Parent 2 0 R /MediaBox [0 0 595 842] /Contents 4 0 R /Resources << /Font << /F1 5 0 R >> >> >>",
        &content,
        b"<< /Type /Font /Subtype /Type1 /BaseFont /Helvetica /Encoding /WinAnsiEncoding >>",
    ];
    assemble(&objects)
}

fn assemble(objects: &[&[u8]]) -> Vec<u8> {
    // The comment's high bytes tell transfer programs that this is no text (§7.5.2).
    let mut file = b"%PDF-1.4\n%\xe2\xe3\xcf\xd3\n".to_vec();
    let mut table = format!("xref\n0 {}\n0000000000 65535 f \n", objects.len() + 1);
    for (index, object) in objects.iter().enumerate() {
        table.push_str(&format!("{:010} 00000 n \n", file.len()));
        file.extend_from_slice(format!("{} 0 obj\n", index + 1).as_bytes());
        file.extend_from_slice(object);
        file.extend_from_slice(b"\nendobj\n");
    }
    let start = file.len();
    file.extend_from_slice(table.as_bytes());
    let size = objects.len() + 1;
    let trailer = format!("trailer\n<< /Size {size} /Root 1 0 R >>\nstartxref\n{start}\n%%EOF\n");
    file.extend_from_slice(trailer.as_bytes());
    file
}

fn letter(c: char) -> Vec<u8> {
    match c {
        '(' | ')' | '\\' => vec![b'\\', u8::try_from(c).unwrap_or(b'?')],
        c if c.is_control() => vec![b' '],
        c => vec![u8::try_from(u32::from(c)).unwrap_or(b'?')],
    }
}
