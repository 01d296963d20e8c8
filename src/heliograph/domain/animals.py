"""Invented names for users without a name, for apps with the setting `useAnimalNames`."""

from __future__ import annotations

from zlib import crc32

_COLORS = """
    Amber Azure Copper Coral Crimson Emerald Golden Indigo Ivory Jade Lavender Lilac Ruby Sapphire Silver Teal
""".split()
_ANIMALS = """
    Albatross Alpaca Antelope Badger Beaver Bison Bluebird Butterfly Camel Chamois Cheetah Chinchilla Condor Crane
    Cricket Curlew Deer Dolphin Dragonfly Eagle Egret Falcon Finch Flamingo Fox Gazelle Gecko Giraffe Goldfinch Hare
    Hawk Hedgehog Heron Ibex Ibis Kingfisher Koala Ladybird Lark Lemur Leopard Lynx Marmot Marten Meerkat Nightingale
    Ocelot Osprey Otter Owl Panda Panther Parrot Pelican Penguin Puffin Puma Raccoon Robin Seahorse Sparrow Squirrel
    Swallow Swan
""".split()


def name_of(user_id: str) -> str:
    """The name of a user, such as `Amber Otter`: always the same one, and not unique."""
    number = crc32(user_id.encode())
    color, animal = divmod(number % (len(_COLORS) * len(_ANIMALS)), len(_ANIMALS))
    return f"{_COLORS[color]} {_ANIMALS[animal]}"
