// Creating customers, contacts and staff: three plain forms on one page.
import { SegmentedControl } from "@mantine/core";
import { useState } from "react";
import { Link } from "react-router";
import { useTitle } from "../../shared/frame/title";
import { useWords } from "../../shared/words/language";
import { ContactForm } from "./ContactForm";
import { CustomerForm } from "./CustomerForm";
import { StaffForm } from "./StaffForm";
import { adminWords } from "./words";

type What = "customer" | "contact" | "staff";

export default function Create() {
	const t = useWords(adminWords);
	const [what, setWhat] = useState<What>("customer");
	useTitle(t.title);
	return (
		<div className="stack" style={{ maxWidth: "40rem" }}>
			<p>
				<Link to="/desk/customers">← {t.toList}</Link>
			</p>
			<h1>{t.title}</h1>
			<SegmentedControl
				aria-label={t.what}
				value={what}
				onChange={(value) => setWhat(value as What)}
				data={[
					{ value: "customer", label: t.customer },
					{ value: "contact", label: t.contact },
					{ value: "staff", label: t.staff },
				]}
			/>
			{what === "customer" ? <CustomerForm /> : null}
			{what === "contact" ? <ContactForm /> : null}
			{what === "staff" ? <StaffForm /> : null}
		</div>
	);
}
