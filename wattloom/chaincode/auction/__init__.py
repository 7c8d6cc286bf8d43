"""Auctions: requests that neighbours answer with offers, and a two-sided order book for every slot."""
