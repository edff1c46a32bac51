"""What the shop offers: categories, each with a product and its price list. Pure data, and how it is ordered."""

from __future__ import annotations

from dataclasses import dataclass

DEFAULT_CURRENCY = "USD"
CURRENCIES = {"USD": ("$", 2), "EUR": ("€", 2), "GBP": ("£", 2), "CHF": ("CHF ", 2), "JPY": ("¥", 0)}
"""Symbol and number of decimals of each currency there is a price list in."""


@dataclass(frozen=True, slots=True)
class Category:
    """One card of the home page; ``prices`` are in the smallest unit of each currency, as the shop sets them."""

    name: str
    prices: dict[str, int]


def _category(name: str, usd: int, eur: int, gbp: int, chf: int, jpy: int) -> Category:
    return Category(name, {"USD": usd, "EUR": eur, "GBP": gbp, "CHF": chf, "JPY": jpy})


CATALOGUE = (
    _category("books", 1499, 1390, 1199, 1490, 2200),
    _category("music", 2999, 2790, 2499, 2990, 4400),
    _category("travel", 12900, 11900, 10500, 12500, 19800),
    _category("garden", 1899, 1790, 1599, 1890, 2800),
    _category("kitchen", 5499, 4990, 4499, 5290, 7900),
    _category("photography", 8999, 8490, 7499, 8790, 13200),
    _category("games", 3999, 3790, 3299, 3990, 5800),
    _category("art", 2499, 2290, 1999, 2390, 3600),
    _category("cycling", 7999, 7490, 6699, 7890, 11800),
    _category("running", 9999, 9490, 8299, 9790, 14500),
    _category("science", 3499, 3290, 2899, 3490, 5100),
    _category("home", 4499, 4190, 3699, 4390, 6600),
)


def ordered(favourites: tuple[str, ...]) -> list[Category]:
    """Put the favourites first, in their order, and the rest behind; names that are not offered are passed over."""
    by_name = {category.name: category for category in CATALOGUE}
    first = [by_name[name] for name in dict.fromkeys(favourites) if name in by_name]
    return first + [category for category in CATALOGUE if category not in first]


def price_in(category: Category, currency: str) -> tuple[float, str, int]:
    """Give a price as amount, symbol and decimals; in the default currency where there is no list in that one."""
    known = currency if currency in CURRENCIES else DEFAULT_CURRENCY
    symbol, decimals = CURRENCIES[known]
    return float(category.prices[known] / 10**decimals), symbol, decimals
