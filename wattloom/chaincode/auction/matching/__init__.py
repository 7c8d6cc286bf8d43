"""Matching: plain functions over plain records, whole numbers only, with no ledger in sight."""

from wattloom.chaincode.auction.matching.book import match
from wattloom.chaincode.auction.matching.offers import accept
from wattloom.chaincode.auction.matching.quotes import Pricing, Quote, Trade

__all__ = ["Pricing", "Quote", "Trade", "accept", "match"]
