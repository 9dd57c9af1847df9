"""What the two sandboxes agree on: which engagement has a space in GitLab, and where it is."""

from __future__ import annotations

INSTANCE = "https://gitlab.example.com"
GROUP = "gitlab-com/customer-success/professional-services-group"
DELIVERY = f"{GROUP}/professional-services-delivery"
INTERNAL, PARTNER = f"{DELIVERY}/gitlab-professional-services", f"{DELIVERY}/gitlab-partner-collaboration"
PS_PLAN = f"{GROUP}/ww-consulting/ps-plan"

# Sold and not begun, or begun without a space: a consulting block, a new customer, one for a partner, and one of a
# customer whose earlier engagement has a space. The last has no Customer Epic yet either.
WITHOUT_SPACE = frozenset({2306, 2314, 2315, 2316, 2319})
WITHOUT_EPIC = frozenset({2319})
EARLIER = {2316: 1907}


def slug(customer: str) -> str:
    """The path of a customer's group."""
    return "-".join(customer.lower().split())


def address(customer: str, sow: str) -> str:
    """The page of an engagement's project."""
    return f"{INSTANCE}/{INTERNAL}/{slug(customer)}/{sow}"
