// What admins ask for: the list of customers, a customer's contacts, the products.
import { useInfiniteQuery, useMutation, useQuery, useQueryClient } from "@tanstack/react-query";
import { api, ask } from "../../shared/api/client";
import { keys } from "../../shared/api/keys";
import type { ContactEdit, CustomerEdit } from "../../shared/api/types";
import { sameName } from "../../shared/words/fold";

const LIMIT = 30;

export function useCustomers(q: string, inactive: boolean) {
	const query = useInfiniteQuery({
		queryKey: [...keys.customers(q), inactive],
		queryFn: ({ pageParam }) =>
			ask(
				api.GET("/customers", {
					params: {
						query: {
							q,
							limit: LIMIT,
							...(inactive ? { inactive } : {}),
							...(pageParam ? { cursor: pageParam } : {}),
						},
					},
				}),
			),
		initialPageParam: "",
		getNextPageParam: (page) => page.next ?? undefined,
		placeholderData: (before) => before,
	});
	return { ...query, items: query.data?.pages.flatMap((page) => page.items) };
}

export function useListedContacts(id: string) {
	return useQuery({
		queryKey: [...keys.customer(id), "contacts"],
		queryFn: () => ask(api.GET("/customers/{id}/contacts", { params: { path: { id } } })),
	});
}

export function useProducts() {
	return useQuery({
		queryKey: keys.products,
		queryFn: () => ask(api.GET("/products")),
		staleTime: 600_000,
	});
}

/** The id of the group with this name; a new one if there is none. */
export async function groupOf(name: string): Promise<string> {
	const groups = await ask(api.GET("/groups"));
	const found = groups.find((group) => sameName(group.name) === sameName(name));
	return (found ?? (await ask(api.POST("/groups", { body: { name } })))).id;
}

export function useCustomerChange(id: string) {
	const client = useQueryClient();
	return useMutation({
		mutationFn: (body: CustomerEdit) =>
			ask(api.PATCH("/customers/{id}", { params: { path: { id } }, body })),
		onSuccess: async () => {
			await client.invalidateQueries({ queryKey: keys.customer(id) });
			await client.invalidateQueries({ queryKey: ["customers"] });
		},
	});
}

export function useContactChange(id: string, contact: string) {
	const client = useQueryClient();
	return useMutation({
		mutationFn: (body: ContactEdit) =>
			ask(
				api.PATCH("/customers/{id}/contacts/{contact_id}", {
					params: { path: { id, contact_id: contact } },
					body,
				}),
			),
		onSuccess: () => client.invalidateQueries({ queryKey: keys.customer(id) }),
	});
}
