// All customers: found, listed, and the ways to add some. For admins.
import { Button, Checkbox, TextInput } from "@mantine/core";
import { useState } from "react";
import { Link } from "react-router";
import type { CustomerFound } from "../../shared/api/types";
import { Broken, Empty, Loading } from "../../shared/frame/states";
import { useTitle } from "../../shared/frame/title";
import { frameWords } from "../../shared/frame/words";
import { useWords } from "../../shared/words/language";
import classes from "./admin.module.css";
import { manageWords } from "./manageWords";
import { useCustomers } from "./queries";

export default function Customers() {
	const t = useWords(manageWords);
	const frame = useWords(frameWords);
	const [typed, setTyped] = useState("");
	const [inactive, setInactive] = useState(false);
	const q = typed.trim();
	const customers = useCustomers(q, inactive);
	useTitle(t.title);
	return (
		<div className={`stack ${classes.page}`}>
			<div className="row between">
				<h1>{t.title}</h1>
				<div className="row">
					<Button component={Link} to="/desk/create" variant="default">
						{t.create}
					</Button>
					<Button component={Link} to="/desk/import" variant="default">
						{t.import}
					</Button>
				</div>
			</div>
			<search className={classes.search}>
				<TextInput
					type="search"
					label={t.find}
					value={typed}
					maxLength={200}
					onChange={(event) => setTyped(event.currentTarget.value)}
				/>
				<Checkbox
					label={t.inactiveToo}
					checked={inactive}
					onChange={(event) => setInactive(event.currentTarget.checked)}
				/>
			</search>
			{customers.isPending ? <Loading lines={6} /> : null}
			{customers.isError && !customers.items ? (
				<Broken error={customers.error} again={() => customers.refetch()} />
			) : null}
			{customers.items?.length === 0 ? <Empty>{q ? t.noneFound : t.none}</Empty> : null}
			<ul className="plain-list">
				{customers.items?.map((customer) => (
					<CustomerLine key={customer.id} customer={customer} />
				))}
			</ul>
			{customers.hasNextPage ? (
				<div>
					<Button
						variant="default"
						loading={customers.isFetchingNextPage}
						onClick={() => void customers.fetchNextPage()}
					>
						{frame.more}
					</Button>
				</div>
			) : null}
		</div>
	);
}

function CustomerLine({ customer }: { customer: CustomerFound }) {
	const t = useWords(manageWords);
	return (
		<li className={classes.line}>
			<div>
				<p>
					<Link to={`/desk/customers/${customer.id}/manage`} className={classes.name}>
						{customer.name}
					</Link>{" "}
					<span className="soft">{customer.number}</span>
				</p>
				<p className="soft small">
					{[
						customer.active ? null : `○ ${t.inactive}`,
						customer.group,
						t.contactCount(customer.contacts.length),
					]
						.filter(Boolean)
						.join(" · ")}
				</p>
			</div>
			<Link to={`/desk/customers/${customer.id}`} className="small">
				{t.toDesk}
			</Link>
		</li>
	);
}
