// Written by scripts/samples.py: a small data set for `recurrent train charlm`. Short tales with
// dialogue, in lines of up to 60 characters.

extension Samples {
  static let charlm = #"""
    One summer Emil met Clara beside the old wall.

    Emil: "I can not find the rope. Do you know where it is?"
    Clara: "I do not know. I looked under the bed and I looked
    in the yard, and it was not there."
    Emil: "I looked on the road, and all I found was a bag."

    An old cat slept beside the old wall.

    Emil asked, "Who has seen the rope? I had it at the harbour
    this evening."

    "You had it this evening, when we came over the hill," said
    Clara.

    Emil said, "I looked on the road, and all I found was a
    stick."

    Clara cried, "The rope was in the boat all the time."

    And Clara laughed, for the rope had been in the boat from
    the first.

    Jonas lived by the river. The day was cold and quiet.

    Jonas asked, "I can not find the rope. Do you know where it
    is?"

    Otto said, "You had it beside the old wall, and then the
    rain came from the sea."

    "Then I must ask the baker at the edge of the wood," said
    Jonas.

    Nobody had seen the rope since the summer before.

    Jonas: "Is the rope still behind the door?"
    Otto: "You had it beside the old wall, and then the snow
    came down the valley."
    Jonas: "Then I must ask the teacher near the mill."
    Otto: "Look, it is on the roof! The rope is on the roof."

    So they found the rope on the roof, and they went home.

    The winter was long and quiet. Otto went through the wood
    with Ida.

    Otto: "Did you take my drum?"
    Ida: "Perhaps the dog took it. I saw it run over the hill."

    The dog ran up to the mill.

    Otto asked, "Did you take my drum?"

    "I do not know. I looked in the kitchen and I looked in the
    garden, and it was not there," said Ida.

    "Then I must ask the sailor near the mill," said Otto.

    "The drum was in the barn all the time," cried Ida.

    So they found the drum in the barn, and they went home.

    Jonas and Anna sat at the edge of the wood. It had rained
    all night, and the path was soft.

    Jonas: "I can not find the drum. Do you know where it is?"
    Anna: "Not I. Ask the teacher, who is always by the river."

    Then Jonas heard the dog near the mill.

    "Who has seen the drum? I had it at the harbour this
    evening," asked Jonas.

    "You had it near the mill, and then the mist came from the
    north," said Anna.

    Jonas said, "Then I must ask the smith beside the old wall."

    Anna cried, "The drum was in the boat all the time."

    Jonas took the drum and thanked Anna. It had been in the
    boat all morning.

    Anna and Otto sat by the river. The winter was wet and
    quiet.

    "Who has seen the kettle? I had it by the river this
    evening," asked Anna.

    Otto said, "Come with me. We shall look on the road first,
    and then in the kitchen."

    "Then I must ask the baker near the mill," said Anna.

    The evening was cold and quiet.

    Anna asked, "Did you take my kettle?"

    "I do not know. I looked in the kitchen and I looked in the
    yard, and it was not there," said Otto.

    "I shall go over the hill and look on the road," said Anna.

    Otto cried, "The kettle was by the well all the time."

    So they found the kettle by the well, and they went home.

    Emil and Jonas sat beside the old wall. It was a long
    winter, and the snow came from the north.

    Emil asked, "Did you take my drum?"

    "You had it beside the old wall, and then the mist came from
    the north," said Jonas.

    Emil said, "Then I must ask the miller by the river."

    They walked up to the mill and back again.

    Emil: "I can not find the drum. Do you know where it is?"
    Jonas: "You had it at the harbour, and then the snow came
    over the hills."
    Emil: "I looked behind the house, and all I found was a
    bag."
    Jonas: "The smith put the drum behind the stove."

    Emil took the drum and thanked Jonas. It had been behind the
    stove all morning.

    Every winter Ida came over the hill, and Anna came too.

    "Where is the kettle?" asked Ida.

    "Not I. Ask the baker, who is always at the edge of the
    wood," said Anna.

    The cat ran through the wood.

    Ida: "Is the kettle still behind the door?"
    Anna: "You had it by the river, and then the wind came over
    the hills."
    Ida: "I looked in the garden, and all I found was a candle."
    Anna: "Here it is, under the bridge, where we never looked."

    Ida took the kettle and thanked Anna. It had been under the
    bridge all night.

    Clara lived at the edge of the wood. It was a long day, and
    the mist came down the valley.

    "Did you take my key?" asked Clara.

    "You had it at the harbour, and then the rain came from the
    north," said Anna.

    "Then I must ask the sailor beside the old wall," said
    Clara.

    Nobody had seen the key since the morning before.

    "Is the key still behind the door?" asked Clara.

    "You had it this morning, when we came down to the river,"
    said Anna.

    "It was not in the kitchen, and I looked there twice," said
    Clara.

    Anna cried, "The key was on the roof all the time."

    The key lay on the roof, and the dog sat by it.

    Marta lived beside the old wall. It was a wet evening, and
    the wind came over the hills.

    "Where is the lamp?" asked Marta.

    "I do not know. I looked in the kitchen and I looked in the
    garden, and it was not there," said Bruno.

    Marta said, "I looked in the yard, and all I found was a
    bag."

    The summer was grey and quiet.

    "Where is the lamp?" asked Marta.

    "You had it by the river, and then the wind came from the
    sea," said Bruno.

    Marta said, "I looked behind the house, and all I found was
    a bag."

    Bruno cried, "Look, it is behind the stove! The lamp is
    behind the stove."

    So they found the lamp behind the stove, and they went home.

    Clara lived near the mill. The night was dark and quiet.

    Clara asked, "I can not find the spoon. Do you know where it
    is?"

    Anna said, "I do not know. I looked in the kitchen and I
    looked in the garden, and it was not there."

    The goat ran over the hill.

    "Who has seen the spoon? I had it by the river this
    morning," asked Clara.

    Anna said, "You had it by the river, and then the rain came
    over the hills."

    Clara said, "I looked on the road, and all I found was a
    bag."

    Anna cried, "Look, it is by the well! The spoon is by the
    well."

    The spoon lay by the well, and the goat sat by it.

    Every morning Jonas came up to the mill, and Anna came too.

    Jonas: "Is the key still under the bed?"
    Anna: "Perhaps the cat took it. I saw it run over the hill."

    Anna opened the door and looked out.

    Jonas: "Who has seen the key? I had it near the mill this
    evening."
    Anna: "You had it by the river, and then the mist came from
    the sea."
    Jonas: "I looked behind the house, and all I found was a
    candle."
    Anna: "Here it is, on the roof, where we never looked."

    The key lay on the roof, and the cat sat by it.

    Every morning Clara came up to the mill, and Anna came too.

    Clara: "I can not find the drum. Do you know where it is?"
    Anna: "I do not know. I looked under the bed and I looked on
    the road, and it was not there."
    Clara: "Then I must ask the baker at the edge of the wood."

    Clara looked under the table, but there was no drum.

    "Did you take my drum?" asked Clara.

    "Come with me. We shall look on the road first, and then in
    the kitchen," said Anna.

    "I looked in the yard, and all I found was a bag," said
    Clara.

    "The drum was in the barn all the time," cried Anna.

    The drum lay in the barn, and the dog sat by it.

    Otto lived by the river. The wind came from the north all
    night.

    "Did you take my key?" asked Otto.

    "Perhaps the hen took it. I saw it run over the hill," said
    Clara.

    The hen ran over the hill.

    "Is the key still under the table?" asked Otto.

    "You had it near the mill, and then the wind came from the
    north," said Clara.

    "I shall go over the hill and look on the road," said Otto.

    Clara cried, "The sailor put the key under the bridge."

    Otto took the key and thanked Clara. It had been under the
    bridge all evening.

    Jonas and Anna sat near the mill. It had rained all morning,
    and the field was soft.

    "Who has seen the key? I had it near the mill this morning,"
    asked Jonas.

    "I do not know. I looked behind the door and I looked in the
    yard, and it was not there," said Anna.

    Anna took a bag and went through the wood, and Jonas went
    too.

    "Is the key still behind the door?" asked Jonas.

    Anna said, "Come with me. We shall look on the road first,
    and then behind the door."

    Jonas said, "Then I must ask the miller at the harbour."

    "The teacher put the key on the roof," cried Anna.

    So they found the key on the roof, and they went home.

    One morning Clara met Ida at the harbour.

    "Did you take my spoon?" asked Clara.

    Ida said, "Perhaps the cat took it. I saw it run through the
    wood."

    It had rained all summer, and the path was soft.

    Clara: "Did you take my spoon?"
    Ida: "You had it this evening, when we came over the hill."
    Clara: "Then I must ask the teacher beside the old wall."
    Ida: "The spoon was behind the stove all the time."

    So they found the spoon behind the stove, and they went
    home.

    It was a long evening, and the wind came over the hills. Ida
    went down to the river with Marta.

    "Who has seen the kettle? I had it near the mill this
    morning," asked Ida.

    Marta said, "Not I. Ask the smith, who is always at the
    harbour."

    The goat ran over the hill.

    "Where is the kettle?" asked Ida.

    Marta said, "You had it at the edge of the wood, and then
    the mist came down the valley."

    "I shall go through the wood and look behind the house,"
    said Ida.

    "Look, it is behind the stove! The kettle is behind the
    stove," cried Marta.

    The kettle lay behind the stove, and the goat sat by it.

    One day Marta met Jonas at the edge of the wood.

    Marta: "Did you take my drum?"
    Jonas: "Not I. Ask the miller, who is always at the
    harbour."
    Marta: "Then I must ask the baker at the harbour."

    It was a cold night, and the rain came from the north.

    Marta: "Who has seen the drum? I had it at the edge of the
    wood this evening."
    Jonas: "I do not know. I looked under the table and I looked
    in the yard, and it was not there."
    Marta: "I looked on the road, and all I found was a bag."
    Jonas: "The miller put the drum behind the stove."

    So they found the drum behind the stove, and they went home.

    It had rained all day, and the road was soft. Marta went up
    to the mill with Otto.

    Marta: "Did you take my lamp?"
    Otto: "Not I. Ask the baker, who is always at the edge of
    the wood."

    An old hen slept near the mill.

    Marta: "Who has seen the lamp? I had it at the edge of the
    wood this evening."
    Otto: "You had it this evening, when we came up to the
    mill."
    Marta: "I shall go down to the river and look in the yard."
    Otto: "Look, it is in the boat! The lamp is in the boat."

    The lamp lay in the boat, and the hen sat by it.

    Every evening Bruno came up to the mill, and Anna came too.

    "Did you take my rope?" asked Bruno.

    Anna said, "Perhaps the horse took it. I saw it run along
    the road."

    "Then I must ask the smith by the river," said Bruno.

    The horse ran down to the river.

    "Where is the rope?" asked Bruno.

    "Not I. Ask the miller, who is always at the edge of the
    wood," said Anna.

    Bruno said, "I shall go along the road and look in the
    yard."

    "The smith put the rope in the boat," cried Anna.

    The rope lay in the boat, and the horse sat by it.

    Every winter Otto came down to the river, and Ida came too.

    Otto: "I can not find the kettle. Do you know where it is?"
    Ida: "I do not know. I looked in the kitchen and I looked
    behind the house, and it was not there."

    Then Otto heard the horse beside the old wall.

    Otto: "Did you take my kettle?"
    Ida: "Come with me. We shall look behind the house first,
    and then under the bed."
    Otto: "Then I must ask the teacher by the river."
    Ida: "Here it is, behind the stove, where we never looked."

    Otto took the kettle and thanked Ida. It had been behind the
    stove all evening.

    Every winter Otto came along the road, and Ida came too.

    Otto: "I can not find the drum. Do you know where it is?"
    Ida: "Not I. Ask the miller, who is always at the harbour."

    Ida took a stick and went through the wood, and Otto went
    too.

    Otto asked, "Is the drum still in the kitchen?"

    Ida said, "Come with me. We shall look in the yard first,
    and then under the table."

    Otto said, "I shall go up to the mill and look on the road."

    Ida cried, "The drum was behind the stove all the time."

    Otto took the drum and thanked Ida. It had been behind the
    stove all morning.

    Every winter Ida came down to the river, and Marta came too.

    "Did you take my key?" asked Ida.

    Marta said, "Not I. Ask the baker, who is always at the edge
    of the wood."

    The summer was wet and quiet.

    Ida asked, "I can not find the key. Do you know where it
    is?"

    "Come with me. We shall look behind the house first, and
    then in the kitchen," said Marta.

    Ida said, "I looked on the road, and all I found was a
    stick."

    "Look, it is behind the stove! The key is behind the stove,"
    cried Marta.

    The key lay behind the stove, and the goat sat by it.

    Every day Ida came down to the river, and Emil came too.

    Ida: "I can not find the lamp. Do you know where it is?"
    Emil: "I do not know. I looked under the table and I looked
    behind the house, and it was not there."
    Ida: "I shall go over the hill and look in the yard."

    An old horse slept at the harbour.

    Ida: "Where is the lamp?"
    Emil: "I do not know. I looked in the kitchen and I looked
    on the road, and it was not there."
    Ida: "I shall go along the road and look behind the house."
    Emil: "The lamp was in the boat all the time."

    So they found the lamp in the boat, and they went home.

    One day Bruno met Ida at the edge of the wood.

    Bruno asked, "Did you take my letter?"

    Ida said, "Not I. Ask the smith, who is always near the
    mill."

    The day was cold and quiet.

    "Who has seen the letter? I had it by the river this
    evening," asked Bruno.

    Ida said, "I do not know. I looked under the bed and I
    looked on the road, and it was not there."

    "I looked behind the house, and all I found was a stick,"
    said Bruno.

    "The letter was behind the stove all the time," cried Ida.

    So they found the letter behind the stove, and they went
    home.

    One day Marta met Jonas at the harbour.

    Marta: "Did you take my map?"
    Jonas: "I do not know. I looked behind the door and I looked
    behind the house, and it was not there."
    Marta: "I looked behind the house, and all I found was a
    candle."

    An old cat slept beside the old wall.

    Marta: "Where is the map?"
    Jonas: "Not I. Ask the miller, who is always at the edge of
    the wood."
    Marta: "I looked on the road, and all I found was a candle."
    Jonas: "The smith put the map in the barn."

    Marta took the map and thanked Jonas. It had been in the
    barn all morning.

    Ida lived beside the old wall. It was a dark winter, and the
    snow came over the hills.

    Ida: "Did you take my spoon?"
    Emil: "You had it this evening, when we came up to the
    mill."

    Emil opened the gate and looked out.

    Ida: "I can not find the spoon. Do you know where it is?"
    Emil: "You had it by the river, and then the mist came from
    the north."
    Ida: "It was not under the bed, and I looked there twice."
    Emil: "Here it is, under the bridge, where we never looked."

    So they found the spoon under the bridge, and they went
    home.

    Ida lived near the mill. The morning was cold and quiet.

    Ida asked, "I can not find the spoon. Do you know where it
    is?"

    "I do not know. I looked behind the door and I looked on the
    road, and it was not there," said Bruno.

    Ida said, "Then I must ask the baker by the river."

    Bruno took a bag and went down to the river, and Ida went
    too.

    Ida: "Is the spoon still under the bed?"
    Bruno: "Come with me. We shall look behind the house first,
    and then behind the door."
    Ida: "Then I must ask the smith beside the old wall."
    Bruno: "Look, it is behind the stove! The spoon is behind
    the stove."

    The spoon lay behind the stove, and the cat sat by it.

    """#

  static let charlmTest = #"""
    Otto lived at the edge of the wood. It was a wet evening,
    and the snow came over the hills.

    Otto asked, "Did you take my basket?"

    "Not I. Ask the baker, who is always at the harbour," said
    Ida.

    They walked through the wood and back again.

    Otto: "Did you take my basket?"
    Ida: "Not I. Ask the smith, who is always at the harbour."
    Otto: "Then I must ask the baker beside the old wall."
    Ida: "Look, it is under the bridge! The basket is under the
    bridge."

    And Ida laughed, for the basket had been under the bridge
    from the first.

    The mist came down the valley all day. Anna went through the
    wood with Otto.

    Anna asked, "Where is the rope?"

    Otto said, "You had it this evening, when we came over the
    hill."

    "I shall go down to the river and look on the road," said
    Anna.

    The dog ran along the road.

    Anna: "I can not find the rope. Do you know where it is?"
    Otto: "Come with me. We shall look on the road first, and
    then in the kitchen."
    Anna: "Then I must ask the miller beside the old wall."
    Otto: "The rope was in the boat all the time."

    So they found the rope in the boat, and they went home.

    One summer Bruno met Clara beside the old wall.

    Bruno asked, "Is the lamp still under the table?"

    "Come with me. We shall look in the garden first, and then
    under the bed," said Clara.

    "I looked in the garden, and all I found was a bag," said
    Bruno.

    It had rained all night, and the road was wet.

    "Is the lamp still in the kitchen?" asked Bruno.

    "Come with me. We shall look on the road first, and then
    under the bed," said Clara.

    Bruno said, "It was not under the bed, and I looked there
    twice."

    Clara cried, "Here it is, under the bridge, where we never
    looked."

    Bruno took the lamp and thanked Clara. It had been under the
    bridge all morning.

    Marta lived at the edge of the wood. The evening was grey
    and quiet.

    Marta: "Who has seen the coat? I had it at the edge of the
    wood this morning."
    Emil: "Come with me. We shall look in the yard first, and
    then under the bed."
    Marta: "I shall go through the wood and look in the garden."

    They walked along the road and back again.

    "Is the coat still in the kitchen?" asked Marta.

    Emil said, "You had it this morning, when we came along the
    road."

    "It was not behind the door, and I looked there twice," said
    Marta.

    Emil cried, "The coat was in the barn all the time."

    And Emil laughed, for the coat had been in the barn from the
    first.

    Emil and Bruno sat at the edge of the wood. It was a wet
    day, and the wind came from the sea.

    Emil: "Who has seen the coat? I had it at the edge of the
    wood this morning."
    Bruno: "Come with me. We shall look on the road first, and
    then behind the door."
    Emil: "I shall go through the wood and look behind the
    house."

    It was a long night, and the mist came over the hills.

    Emil: "Is the coat still under the table?"
    Bruno: "Come with me. We shall look in the garden first, and
    then behind the door."
    Emil: "I looked on the road, and all I found was a candle."
    Bruno: "Look, it is behind the stove! The coat is behind the
    stove."

    And Bruno laughed, for the coat had been behind the stove
    from the first.

    """#
}
