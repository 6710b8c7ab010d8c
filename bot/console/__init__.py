"""Who watches: the web pages beside the chat."""
