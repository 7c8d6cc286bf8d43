from wattloom.network.followers import Followers


def told(log, name):
    return lambda block: log.append((name, block)), lambda: log.append((name, "end"))


def test_everyone_hears_of_each_block_and_once_of_the_end():
    log, followers = [], Followers()
    for name in ("ann", "bob"):
        followers.add(*told(log, name))
    followers.announce(1)
    followers.stop()
    followers.stop()
    assert log == [("ann", 1), ("bob", 1), ("ann", "end"), ("bob", "end")]


def test_who_has_left_hears_nothing_more():
    log, followers = [], Followers()
    leave = followers.add(*told(log, "ann"))
    followers.add(*told(log, "bob"))
    leave()
    leave()
    followers.announce(1)
    followers.stop()
    assert log == [("bob", 1), ("bob", "end")]


def test_who_comes_after_the_end_is_told_at_once():
    log, followers = [], Followers()
    followers.stop()
    followers.add(*told(log, "ann"))
    assert log == [("ann", "end")]


def test_a_follower_may_leave_while_it_is_told():
    log, followers = [], Followers()
    leave = followers.add(lambda block: (log.append(block), leave()), lambda: None)
    followers.announce(1)
    followers.announce(2)
    assert log == [1]
